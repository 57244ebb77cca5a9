// Small graphs that several tests start from.
#ifndef DC_TESTS_UNIT_MODEL_SMALL_GRAPHS_H_
#define DC_TESTS_UNIT_MODEL_SMALL_GRAPHS_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dc/graph.h"

namespace dc {

inline Node MakeNode(const std::string& op, std::vector<std::string> inputs,
                     std::vector<std::string> outputs,
                     std::map<std::string, AttributeValue> attributes = {}) {
  Node node;
  node.name = outputs[0] + "_node";
  node.op = op;
  node.inputs = std::move(inputs);
  node.outputs = std::move(outputs);
  node.attributes = std::move(attributes);
  return node;
}

// A float32 tensor that holds 1, 2, 3, ...
inline Tensor Counting(std::vector<int64_t> shape) {
  Tensor tensor = Tensor::Zeros(DataType::kFloat32, std::move(shape));
  float next = 1;
  for (float& value : tensor.f32()) value = next++;
  return tensor;
}

// x (N x 3) -> Gemm(w: 2 x 3, transB, b: 2) -> Relu -> y (N x 2).
inline Graph GemmGraph() {
  Graph graph;
  graph.name = "gemm";
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.initializers["w"] = Counting({2, 3});
  graph.initializers["b"] = Counting({2});
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w", "b"}, {"h"}, {{"transB", int64_t{1}}}));
  graph.nodes.push_back(MakeNode("Relu", {"h"}, {"y"}));
  return graph;
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_MODEL_SMALL_GRAPHS_H_
