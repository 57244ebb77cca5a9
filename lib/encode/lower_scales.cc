#include "encode/lower_scales.h"

#include <utility>

namespace dc {

std::optional<QuantizedForm> ScalesOfOutputs(const Graph& graph, const GraphIndex& index,
                                             const Node& node, const NodeAttributes& attributes) {
  const op::Operator* record = OperatorOf(node);
  const bool conv = record == &op::kConv, gemm = record == &op::kGemm;
  if (!conv && !gemm && record != &op::kMatMul) return std::nullopt;
  auto form = FindQuantizedForm(graph, node.Input(1), &index);
  if (!form || !form->mul || index.Consumers(node.Input(1)) != 1) return std::nullopt;
  const size_t rank = graph.initializers.at(form->codes).shape.size();
  if (record->output_axis(attributes, 1, rank) != form->scale_axis) return std::nullopt;
  if (!conv && rank != 2) return std::nullopt;
  const std::string& bias = node.Input(2);
  if (!bias.empty()) {
    const Tensor* tensor = graph.Constant(bias);
    if (tensor == nullptr || tensor->type != DataType::kFloat32) return std::nullopt;
    if (gemm && attributes.Float("beta") != 1) return std::nullopt;
    const int64_t outputs = graph.initializers.at(form->scales).size();
    if (tensor->size() != outputs || tensor->shape.back() != outputs) return std::nullopt;
  }
  return form;
}

std::vector<int64_t> FactorShape(const Graph& graph, const Node& node, const QuantizedForm& form) {
  std::vector<int64_t> shape = {graph.initializers.at(form.scales).size()};
  // Channels of a convolution stand before its spatial axes.
  if (OperatorOf(node) == &op::kConv) {
    shape.resize(graph.initializers.at(form.codes).shape.size() - 1, 1);
  }
  return shape;
}

Status TakeScalesIn(const Graph& graph, LoweredTensor* tensor, LoweredGraph* lowered) {
  DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, GetQuantizedWeight(graph, tensor->value));
  if (auto unscaled = WithoutScales(weight)) {
    lowered->unscaled.push_back(*std::move(unscaled));
    tensor->unscaled = &lowered->unscaled.back();
    return OkStatus();
  }
  tensor->quantized = false;
  lowered->converted.push_back(Tensor::F32(weight.shape, weight.Values()));
  tensor->plain = &lowered->converted.back();
  return OkStatus();
}

}  // namespace dc
