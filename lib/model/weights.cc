#include "dc/weights.h"

#include <optional>
#include <set>
#include <utility>

#include "model/quantized_form.h"

namespace dc {
namespace {

const Tensor* FloatInitializer(const Graph& graph, const std::string& name) {
  const auto it = graph.initializers.find(name);
  if (it == graph.initializers.end() || it->second.type != DataType::kFloat32) return nullptr;
  return &it->second;
}

// True where `constant`, added to the layer's output, adds one number to each output channel: its
// only dimension above 1 stands `axis_from_end` places before the last and has `outputs` entries.
bool AddsPerOutput(const Tensor& constant, int64_t outputs, size_t axis_from_end) {
  if (constant.size() != outputs || constant.shape.size() <= axis_from_end) return false;
  return constant.shape[constant.shape.size() - 1 - axis_from_end] == outputs;
}

// The bias of `node`, whose weight is `ref`: its own input 2, or what an Add adds to its only use.
std::string FindBias(const Graph& graph, const Node& node, const WeightRef& ref) {
  const Tensor* own = FloatInitializer(graph, node.Input(2));
  if (own && own->size() == ref.outputs()) return node.Input(2);
  if (!node.Input(2).empty() || node.outputs.size() != 1) return "";
  const std::string& output = node.outputs[0];
  for (const ValueInfo& value : graph.outputs) {
    if (value.name == output) return "";
  }
  const std::vector<size_t> readers = graph.Consumers(output);
  if (readers.size() != 1) return "";
  const Node& add = graph.nodes[readers[0]];
  if (add.op != "Add" || !add.domain.empty() || add.inputs.size() != 2) return "";
  const std::string& other = add.inputs[add.inputs[0] == output ? 1 : 0];
  const Tensor* constant = FloatInitializer(graph, other);
  // Channels of a convolution stand before its spatial axes, those of a matrix product come last.
  const size_t axis_from_end = ref.kind == LayerKind::kConv ? ref.shape.size() - 2 : 0;
  return constant && AddsPerOutput(*constant, ref.outputs(), axis_from_end) ? other : "";
}

std::optional<WeightRef> WeightOf(const Graph& graph, size_t index) {
  const Node& node = graph.nodes[index];
  if (!node.domain.empty()) return std::nullopt;
  const bool conv = node.op == "Conv", gemm = node.op == "Gemm";
  if (!conv && !gemm && node.op != "MatMul") return std::nullopt;
  WeightRef ref;
  ref.name = node.Input(1);
  ref.kind = conv ? LayerKind::kConv : LayerKind::kFullyConnected;
  ref.node = index;
  ref.output_major = conv || (gemm && node.Int("transB", 0) != 0);
  if (const Tensor* tensor = FloatInitializer(graph, ref.name)) {
    ref.shape = tensor->shape;
  } else if (const auto form = FindQuantizedForm(graph, ref.name)) {
    ref.shape = graph.initializers.at(form->codes).shape;
    ref.quantized = true;
  } else {
    return std::nullopt;
  }
  if (conv ? ref.shape.size() < 3 : ref.shape.size() != 2) return std::nullopt;
  if (ref.size() == 0) return std::nullopt;
  ref.bias = FindBias(graph, node, ref);
  return ref;
}

}  // namespace

std::vector<WeightRef> ListWeights(const Graph& graph) {
  std::vector<WeightRef> weights;
  std::set<std::string> seen;
  for (size_t i = 0; i < graph.nodes.size(); ++i) {
    auto ref = WeightOf(graph, i);
    if (ref && seen.insert(ref->name).second) weights.push_back(std::move(*ref));
  }
  return weights;
}

}  // namespace dc
