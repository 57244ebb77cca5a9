#include "quantize/fold_batch_norms.h"

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "dc/weights.h"
#include "model/node_attributes.h"
#include "model/readers.h"
#include "model/shapes.h"

namespace dc {
namespace {

// y = factor x + shift, for each channel.
struct Affine {
  std::vector<double> factor, shift;
};

std::optional<Affine> AffineOf(const Graph& graph, const Node& norm, int64_t channels) {
  const auto attributes = NodeAttributes::Read(graph, norm, op::kBatchNormalization);
  if (!attributes.ok() || attributes->Int("training_mode") != 0) return std::nullopt;
  std::vector<std::span<const float>> parts;  // gamma, beta, mean, variance
  for (size_t i = 1; i <= 4; ++i) {
    const Tensor* tensor = graph.Constant(norm.Input(i));
    if (tensor == nullptr || tensor->type != DataType::kFloat32 || tensor->size() != channels) {
      return std::nullopt;
    }
    parts.push_back(tensor->f32());
  }
  Affine affine;
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const double deviation =
        std::sqrt(static_cast<double>(parts[3][c]) + attributes->Float("epsilon"));
    if (!(deviation > 0)) return std::nullopt;
    affine.factor.push_back(parts[0][c] / deviation);
    affine.shift.push_back(parts[1][c] - parts[2][c] * affine.factor.back());
  }
  return affine;
}

// Whether axis 1 of `value`, which normalization is along, has the outputs of a matrix product.
bool IsMatrix(const GraphShapes& shapes, const std::string& value) {
  const auto shape = shapes.of.find(value);
  return shape != shapes.of.end() && shape->second.size() == 2;
}

bool IsPlainLayer(const Graph& graph, const WeightRef& ref) {
  const Node& layer = graph.nodes[ref.node];
  const op::Operator* record = OperatorOf(layer);
  const bool known = record == &op::kConv || record == &op::kGemm ||
                     (record == &op::kMatMul && ref.shape.size() == 2);
  if (!known || ref.quantized || ref.input != 1 || layer.outputs.size() != 1) return false;
  if (record == &op::kGemm && (layer.Float("alpha", 1) != 1 || layer.Float("beta", 1) != 1)) {
    return false;
  }
  if (OnlyReader(graph, ref.name) != ref.node) return false;
  const std::string& bias = layer.Input(2);
  if (bias.empty()) return true;
  const Tensor* tensor = graph.Constant(bias);
  return tensor != nullptr && tensor->type == DataType::kFloat32 &&
         tensor->shape == std::vector<int64_t>{ref.outputs()} &&
         OnlyReader(graph, bias) == ref.node;
}

bool FoldOne(const WeightRef& ref, const GraphShapes& shapes, Graph* graph) {
  if (!IsPlainLayer(*graph, ref)) return false;
  const std::string between = graph->nodes[ref.node].outputs[0];
  const auto reader = OnlyReader(*graph, between);
  if (!reader || OperatorOf(graph->nodes[*reader]) != &op::kBatchNormalization) return false;
  Node& norm = graph->nodes[*reader];
  if (norm.Input(0) != between) return false;
  if (ref.kind != LayerKind::kConv && !IsMatrix(shapes, between)) return false;
  const auto affine = AffineOf(*graph, norm, ref.outputs());
  if (!affine) return false;

  size_t inner = 1;
  for (size_t d = ref.output_axis + 1; d < ref.shape.size(); ++d) {
    inner *= static_cast<size_t>(ref.shape[d]);
  }
  const size_t channels = affine->factor.size();
  const std::span<float> w = graph->initializers.at(ref.name).f32();
  for (size_t i = 0; i < w.size(); ++i) {
    w[i] = static_cast<float>(w[i] * affine->factor[i / inner % channels]);
  }
  Node& layer = graph->nodes[ref.node];
  std::vector<float> shift(channels);
  const std::string bias = layer.Input(2);
  for (size_t c = 0; c < channels; ++c) {
    const double before = bias.empty() ? 0 : graph->initializers.at(bias).f32()[c];
    shift[c] = static_cast<float>(affine->shift[c] + before * affine->factor[c]);
  }
  const std::string name = bias.empty() ? graph->FreshName(ref.name + "_bias") : bias;
  graph->initializers[name] = Tensor::F32({static_cast<int64_t>(channels)}, shift);
  const std::vector<std::string> statistics(norm.inputs.begin() + 1, norm.inputs.end());
  if (OperatorOf(layer) == &op::kMatMul) {
    norm.op = op::kAdd.name;
    norm.attributes.clear();
    norm.inputs = {between, name};
  } else {
    if (bias.empty()) {
      layer.inputs.resize(2);
      layer.inputs.push_back(name);
    }
    layer.outputs[0] = norm.outputs[0];
    graph->nodes.erase(graph->nodes.begin() + static_cast<std::ptrdiff_t>(*reader));
  }
  for (const std::string& constant : statistics) {
    if (!graph->IsRead(constant)) graph->initializers.erase(constant);
  }
  return true;
}

}  // namespace

int FoldBatchNorms(Graph* graph) {
  int folded = 0;
  const GraphShapes shapes = InferGraphShapes(*graph);
  for (bool again = true; again;) {
    again = false;
    for (const WeightRef& ref : ListWeights(*graph)) {
      if (!FoldOne(ref, shapes, graph)) continue;
      ++folded;
      again = true;  // nodes have moved
      break;
    }
  }
  return folded;
}

}  // namespace dc
