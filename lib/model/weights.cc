#include "dc/weights.h"

#include <optional>
#include <set>
#include <utility>

#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/roles.h"

namespace dc {
namespace {

const Tensor* FloatInitializer(const Graph& graph, const std::string& name) {
  const auto it = graph.initializers.find(name);
  if (it == graph.initializers.end() || it->second.type != DataType::kFloat32) return nullptr;
  return &it->second;
}

// The weight at input `input` of a node, where it is one.
std::optional<WeightRef> WeightAt(const Graph& graph, const GraphIndex& index, size_t node_number,
                                  size_t input, const op::Operator& record) {
  const Node& node = graph.nodes[node_number];
  WeightRef ref;
  ref.name = node.inputs[input];
  ref.kind = record.Has(op::kConvolves) ? LayerKind::kConv : LayerKind::kFullyConnected;
  ref.node = node_number;
  ref.input = input;
  if (const Tensor* tensor = FloatInitializer(graph, ref.name)) {
    ref.shape = tensor->shape;
  } else if (const auto form = FindQuantizedForm(graph, ref.name, &index)) {
    ref.shape = graph.initializers.at(form->codes).shape;
    ref.quantized = true;
  } else {
    return std::nullopt;
  }
  const bool conv = ref.kind == LayerKind::kConv;
  if (ref.shape.size() < (conv ? 3 : 2)) return std::nullopt;
  if (ref.size() == 0) return std::nullopt;
  const auto attributes = NodeAttributes::Read(graph, node, record);
  if (!attributes.ok()) return std::nullopt;
  ref.output_axis = record.output_axis(*attributes, input, ref.shape.size());
  return ref;
}

}  // namespace

std::vector<WeightRef> ListWeights(const Graph& graph) {
  std::vector<WeightRef> weights;
  std::set<std::string> seen;
  const GraphRoles roles = FindRoles(graph);
  const GraphIndex index(graph);
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || record->output_axis == nullptr) continue;
    for (size_t k = 0; k < node.inputs.size(); ++k) {
      if (record->Input(k).role != op::Role::kWeight) continue;
      auto ref = WeightAt(graph, index, i, k, *record);
      if (!ref || !seen.insert(ref->name).second) continue;
      if (const auto bias = roles.bias.find(i); bias != roles.bias.end()) ref->bias = bias->second;
      weights.push_back(std::move(*ref));
    }
  }
  return weights;
}

}  // namespace dc
