// Large float tensors that no stage compresses, and why.
#include <algorithm>
#include <set>

#include "dc/weights.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "model/roles.h"

namespace dc {
namespace {

bool IsFloat(DataType type) {
  return type == DataType::kFloat32 || type == DataType::kFloat16 || type == DataType::kFloat64;
}

// A matrix or more, or a long vector: numbers per channel are not worth a word.
bool IsLarge(const Tensor& tensor) {
  constexpr int64_t kLongVector = 1024;
  const auto wide = std::count_if(tensor.shape.begin(), tensor.shape.end(),
                                  [](int64_t extent) { return extent > 1; });
  return wide >= 2 || tensor.size() >= kLongVector;
}

// Biases, scales and statistics of a layer, which stay as they are by design.
bool IsPerChannel(op::Role role) {
  return role == op::Role::kBias || role == op::Role::kScale || role == op::Role::kStatistic;
}

std::string ReasonOf(const Node& node, size_t input, const Tensor& tensor) {
  const op::Operator* record = OperatorOf(node);
  if (!record || !record->output_axis) return node.op + " is not compressed";
  if (record->Input(input).role != op::Role::kWeight) {
    return "input " + std::to_string(input) + " of " + node.op + ", not its weight";
  }
  if (tensor.type != DataType::kFloat32) {
    return node.op + " with a weight of type " + NameOf(tensor.type);
  }
  return node.op + " with a weight of rank " + std::to_string(tensor.shape.size());
}

}  // namespace

std::vector<UncompressedTensor> ListUncompressed(const Graph& graph) {
  std::set<std::string> passed;  // compressed, parts of a quantized form, or listed already
  const GraphIndex index(graph);
  for (const WeightRef& weight : ListWeights(graph)) {
    passed.insert(weight.name);
    passed.insert(weight.bias);
    if (!weight.quantized) continue;
    const auto form = FindQuantizedForm(graph, weight.name, &index);
    passed.insert({form->codes, form->codebook, form->scales});
  }
  for (const auto& [name, role] : FindRoles(graph).of) {
    if (IsPerChannel(role)) passed.insert(name);
  }
  std::vector<UncompressedTensor> result;
  for (const Node& node : graph.nodes) {
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const auto tensor = graph.initializers.find(node.inputs[i]);
      if (tensor == graph.initializers.end() || !IsFloat(tensor->second.type)) continue;
      if (!IsLarge(tensor->second) || !passed.insert(tensor->first).second) continue;
      result.push_back({tensor->first, static_cast<int64_t>(tensor->second.bytes.size()),
                        ReasonOf(node, i, tensor->second)});
    }
  }
  return result;
}

}  // namespace dc
