#include "bench/layer_models.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace dc {
namespace {

Node MakeNode(const std::string& op, std::vector<std::string> inputs,
              std::vector<std::string> outputs,
              std::map<std::string, AttributeValue> attributes = {}) {
  Node node;
  node.op = op;
  node.name = op + "_" + outputs[0];
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}

}  // namespace

StatusOr<Graph> FullyConnectedModel(int64_t outputs, int64_t inputs,
                                    const WeightStatistics& statistics) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, inputs}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, outputs}}};
  graph.nodes = {
      MakeNode("Gemm", {"x", kLayerWeight, kLayerBias}, {"y"}, {{"transB", int64_t{1}}})};
  DC_RETURN_IF_ERROR(
      SetSyntheticWeight(&graph, kLayerWeight, kLayerBias, {outputs, inputs}, statistics));
  return graph;
}

StatusOr<Graph> ConvolutionModel(int64_t outputs, int64_t inputs, int64_t size,
                                 const WeightStatistics& statistics) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, inputs, size, size}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, outputs, size, size}}};
  graph.nodes = {MakeNode("Conv", {"x", kLayerWeight, kLayerBias}, {"y"},
                          {{"pads", std::vector<int64_t>{1, 1, 1, 1}}})};
  DC_RETURN_IF_ERROR(
      SetSyntheticWeight(&graph, kLayerWeight, kLayerBias, {outputs, inputs, 3, 3}, statistics));
  return graph;
}

Graph DynamicInt8Model(const Graph& dense) {
  const Tensor& weight = dense.initializers.at(kLayerWeight);
  const auto values = weight.f32();
  float largest = 0;
  for (float value : values) largest = std::max(largest, std::fabs(value));
  const float scale = std::max(largest, 1e-30f) / 127;

  Graph graph;
  graph.inputs = dense.inputs;
  graph.outputs = dense.outputs;
  // MatMulInteger has no transposition: [inputs][outputs].
  const size_t outputs = static_cast<size_t>(weight.shape[0]);
  const size_t inputs = static_cast<size_t>(weight.shape[1]);
  Tensor codes = Tensor::Zeros(DataType::kInt8, {weight.shape[1], weight.shape[0]});
  const auto code = codes.data<int8_t>();
  // 64 rows at a time: both sides then go through memory in order.
  constexpr size_t kRows = 64;
  for (size_t first = 0; first < outputs; first += kRows) {
    const size_t end = std::min(outputs, first + kRows);
    for (size_t i = 0; i < inputs; ++i) {
      for (size_t o = first; o < end; ++o) {
        const float units = values[o * inputs + i] / scale;
        code[i * outputs + o] = static_cast<int8_t>(units + (units < 0 ? -0.5f : 0.5f));
      }
    }
  }
  graph.initializers["codes"] = std::move(codes);
  graph.initializers["scale"] = Tensor::F32({}, std::vector<float>{scale});
  graph.initializers[kLayerBias] = dense.initializers.at(kLayerBias);
  const std::string &x = dense.inputs[0].name, &y = dense.outputs[0].name;
  graph.nodes = {
      MakeNode("DynamicQuantizeLinear", {x}, {"x_codes", "x_scale", "x_zero"}),
      MakeNode("MatMulInteger", {"x_codes", "codes", "x_zero"}, {"sums"}),
      MakeNode("Cast", {"sums"}, {"float_sums"}, {{"to", int64_t{1}}}),
      MakeNode("Mul", {"x_scale", "scale"}, {"both_scales"}),
      MakeNode("Mul", {"float_sums", "both_scales"}, {"scaled_sums"}),
      MakeNode("Add", {"scaled_sums", kLayerBias}, {y}),
  };
  return graph;
}

Graph EmptyModel(const Graph& like) {
  Graph graph;
  graph.inputs = like.inputs;
  graph.outputs = {{"y", like.inputs[0].type, like.inputs[0].shape}};
  graph.nodes = {MakeNode("Identity", {like.inputs[0].name}, {"y"})};
  return graph;
}

}  // namespace dc
