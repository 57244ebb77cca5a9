// Small networks with made-up weights, float or quantized, for tests of the whole .dcz path.
#ifndef DC_TESTS_ROUNDTRIP_SAMPLE_GRAPHS_H_
#define DC_TESTS_ROUNDTRIP_SAMPLE_GRAPHS_H_

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/rng.h"
#include "dc/graph.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"

namespace dc {

// A float32 tensor of normal numbers, a share `density` of them not zero.
inline Tensor RandomTensor(std::vector<int64_t> shape, uint64_t seed, double density = 1.0) {
  Tensor tensor = Tensor::Zeros(DataType::kFloat32, std::move(shape));
  Rng rng(seed);
  for (float& value : tensor.f32()) {
    const float drawn = static_cast<float>(0.3 * rng.Normal());
    value = rng.Uniform() < density ? drawn : 0.0f;
  }
  return tensor;
}

inline Node MakeNode(const std::string& op, std::vector<std::string> inputs,
                     const std::string& output) {
  Node node;
  node.name = output + "_node";
  node.op = op;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  return node;
}

// Flatten -> Gemm -> Relu -> Gemm -> Softmax on 6x6 pixels.
inline Graph FullyConnectedGraph(double density = 1.0) {
  Graph graph;
  graph.name = "fully connected";
  graph.inputs = {{"pixels", DataType::kFloat32, {-1, 1, 6, 6}}};
  graph.outputs = {{"probabilities", DataType::kFloat32, {-1, 5}}};
  graph.initializers["fc1.weight"] = RandomTensor({12, 36}, 1, density);
  graph.initializers["fc1.bias"] = RandomTensor({12}, 2);
  graph.initializers["fc2.weight"] = RandomTensor({5, 12}, 3, density);
  graph.initializers["fc2.bias"] = RandomTensor({5}, 4);
  graph.nodes.push_back(MakeNode("Flatten", {"pixels"}, "flat"));
  graph.nodes.push_back(MakeNode("Gemm", {"flat", "fc1.weight", "fc1.bias"}, "fc1"));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  graph.nodes.push_back(MakeNode("Relu", {"fc1"}, "relu1"));
  graph.nodes.push_back(MakeNode("Gemm", {"relu1", "fc2.weight", "fc2.bias"}, "fc2"));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  graph.nodes.push_back(MakeNode("Softmax", {"fc2"}, "probabilities"));
  graph.nodes.back().attributes["axis"] = int64_t{-1};
  graph.metadata["dc.input.mean"] = "0.25";
  graph.metadata["dc.baseline_bytes"] = "2036";
  return graph;
}

// Two convolutions with batch norm, pooling, a residual sum and a MatMul on 3x8x8 pixels.
inline Graph ConvolutionalGraph(double density = 1.0) {
  Graph graph;
  graph.name = "convolutional";
  graph.inputs = {{"image", DataType::kFloat32, {-1, 3, 8, 8}}};
  graph.outputs = {{"scores", DataType::kFloat32, {-1, 4}}};
  graph.initializers["conv1.weight"] = RandomTensor({6, 3, 3, 3}, 11, density);
  graph.initializers["conv1.bias"] = RandomTensor({6}, 12);
  graph.initializers["conv2.weight"] = RandomTensor({6, 2, 3, 3}, 13, density);
  for (const char* part : {"scale", "shift", "mean", "variance"}) {
    graph.initializers[std::string("bn.") + part] = RandomTensor({6}, 14);
    for (float& value : graph.initializers[std::string("bn.") + part].f32()) {
      value = std::fabs(value) + 0.5f;
    }
  }
  graph.initializers["fc.weight"] = RandomTensor({6, 4}, 15, density);
  graph.initializers["fc.bias"] = RandomTensor({4}, 16);
  graph.nodes.push_back(MakeNode("Conv", {"image", "conv1.weight", "conv1.bias"}, "conv1"));
  graph.nodes.back().attributes["pads"] = std::vector<int64_t>{1, 1, 1, 1};
  graph.nodes.push_back(MakeNode("Relu", {"conv1"}, "relu1"));
  graph.nodes.push_back(MakeNode("MaxPool", {"relu1"}, "pool1"));
  graph.nodes.back().attributes["kernel_shape"] = std::vector<int64_t>{2, 2};
  graph.nodes.back().attributes["strides"] = std::vector<int64_t>{2, 2};
  graph.nodes.push_back(MakeNode("Conv", {"pool1", "conv2.weight"}, "conv2"));
  graph.nodes.back().attributes["pads"] = std::vector<int64_t>{1, 1, 1, 1};
  graph.nodes.back().attributes["group"] = int64_t{3};
  graph.nodes.push_back(MakeNode(
      "BatchNormalization", {"conv2", "bn.scale", "bn.shift", "bn.mean", "bn.variance"}, "bn"));
  graph.nodes.back().attributes["epsilon"] = 1e-3f;
  graph.nodes.push_back(MakeNode("Add", {"bn", "pool1"}, "sum"));
  graph.nodes.push_back(MakeNode("GlobalAveragePool", {"sum"}, "average"));
  graph.nodes.push_back(MakeNode("Flatten", {"average"}, "flat"));
  graph.nodes.push_back(MakeNode("MatMul", {"flat", "fc.weight"}, "product"));
  graph.nodes.push_back(MakeNode("Add", {"product", "fc.bias"}, "scores"));
  return graph;
}

// Gives the float weight `name` of `graph` the nearest entry of `codebook` for each value; zeros
// get code 0 where entry 0 is 0.
inline Status Quantize(Graph* graph, const std::string& name, const std::vector<float>& codebook) {
  const Tensor& tensor = graph->initializers.at(name);
  QuantizedWeight weight;
  weight.shape = tensor.shape;
  weight.codebook = codebook;
  weight.policy = "test";
  weight.bits = 5;
  for (float value : tensor.f32()) {
    uint16_t best = 0;
    for (size_t i = 1; i < codebook.size() && value != codebook[best]; ++i) {
      if (std::fabs(codebook[i] - value) < std::fabs(codebook[best] - value)) {
        best = static_cast<uint16_t>(i);
      }
    }
    weight.codes.push_back(best);
  }
  return SetQuantizedWeight(graph, name, weight);
}

// Quantizes every weight of `graph` with the same codebook.
inline Status QuantizeAll(Graph* graph, const std::vector<float>& codebook) {
  for (const WeightRef& weight : ListWeights(*graph)) {
    DC_RETURN_IF_ERROR(Quantize(graph, weight.name, codebook));
  }
  return OkStatus();
}

}  // namespace dc

#endif  // DC_TESTS_ROUNDTRIP_SAMPLE_GRAPHS_H_
