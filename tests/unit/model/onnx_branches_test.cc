// If nodes whose condition is known before the run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/onnx.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A model of x [N, 2, 3] and y whose If has `condition`, written by `before`.
StatusOr<Graph> Model(const std::string& before, const std::string& after = "y = Neg(z)") {
  return ParseModelText(R"(<ir_version: 7, opset_import: ["" : 13]>
g (float[N, 2, 3] x) => (float[N, 2, 3] y)
<int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2}>
{
  )" + before + R"(
  z = If (condition) <
    then_branch = then_graph () => (float[N, 2, 3] a) { b = Relu(x)
      a = Sigmoid(b) },
    else_branch = else_graph () => (float[N, 2, 3] c) { b = Tanh(x)
      c = Identity(b) }>
  )" + after + R"(
})",
                        "model.onnxtxt");
}

std::vector<std::string> Operators(const StatusOr<Graph>& graph) {
  if (!graph.ok()) return {graph.status().ToString()};
  std::vector<std::string> names;
  for (const Node& node : graph->nodes) {
    if (node.op != "Identity") names.push_back(node.op);
  }
  return names;
}

constexpr const char* kSize = "s = Shape(x)\n d = Gather(s, one)\n ";

TEST(OnnxBranchesTest, TheBranchThatIsTakenIsInline) {
  EXPECT_THAT(Operators(Model(std::string(kSize) + "condition = Equal(d, two)")),
              ElementsAre("Relu", "Sigmoid", "Neg"));
  EXPECT_THAT(Operators(Model(std::string(kSize) + "condition = Equal(d, one)")),
              ElementsAre("Tanh", "Neg"));
}

TEST(OnnxBranchesTest, NamesOfBranchesMayBeThoseOfOthers) {
  EXPECT_THAT(
      Operators(Model(std::string(kSize) + "condition = Equal(d, one)", "b = Abs(z)\n y = Neg(b)")),
      ElementsAre("Tanh", "Abs", "Neg"));
}

TEST(OnnxBranchesTest, WhatDependsOnTheBatchOrOnValuesStays) {
  const auto batch = Model("s = Shape(x)\n d = Gather(s, zero)\n condition = Equal(d, one)");
  ASSERT_FALSE(batch.ok());
  EXPECT_THAT(batch.status().ToString(), HasSubstr("subgraph"));
  const auto value = Model("m = ReduceMax<keepdims = 0>(x)\n condition = Greater(m, m)");
  ASSERT_FALSE(value.ok());
}

}  // namespace
}  // namespace dc
