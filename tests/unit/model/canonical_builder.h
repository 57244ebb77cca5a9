// Small graphs of one input and one output, and what import makes of them.
#ifndef DC_TESTS_UNIT_MODEL_CANONICAL_BUILDER_H_
#define DC_TESTS_UNIT_MODEL_CANONICAL_BUILDER_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/canonical/canonical.h"
#include "model/canonical/known.h"
#include "model/graph_check.h"
#include "model/shapes.h"
#include "unit/model/small_graphs.h"

namespace dc {

using Ints = std::vector<int64_t>;

inline Tensor List(Ints values) { return Tensor::I64(values); }
inline Tensor Scalar(int64_t value) {
  Tensor tensor = Tensor::I64({&value, 1});
  tensor.shape.clear();
  return tensor;
}

// A graph of one input, x, and one output, y.
struct Builder {
  Graph graph;

  explicit Builder(Ints shape, int64_t opset = 13) {
    graph.opset = opset;
    graph.inputs = {{"x", DataType::kFloat32, std::move(shape)}};
    graph.outputs = {{"y", DataType::kFloat32, {}}};
  }
  Builder& Constant(const std::string& name, Tensor tensor) {
    graph.initializers[name] = std::move(tensor);
    return *this;
  }
  Builder& Add(const std::string& op, std::vector<std::string> inputs, const std::string& output,
               std::map<std::string, AttributeValue> attributes = {}) {
    graph.nodes.push_back(MakeNode(op, std::move(inputs), {output}, std::move(attributes)));
    return *this;
  }
  Graph Canonical() {
    EXPECT_TRUE(CheckNames(graph).ok());
    EXPECT_TRUE(Canonicalize(&graph).ok());
    EXPECT_TRUE(CheckNames(graph).ok()) << CheckNames(graph).ToString();
    return graph;
  }
};

inline Ints IntsAt(const Graph& graph, const Node& node, size_t input) {
  const Tensor* tensor = graph.Constant(node.Input(input));
  if (tensor == nullptr) return {};
  const auto known = Known::From(*tensor);
  return known->ints;
}

inline std::vector<std::string> Operators(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.op);
  return names;
}

inline op::Shape OutputShape(const Graph& graph) {
  const GraphShapes shapes = InferGraphShapes(graph);
  for (const Status& problem : shapes.problems) ADD_FAILURE() << problem.ToString();
  return shapes.of.at("y");
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_MODEL_CANONICAL_BUILDER_H_
