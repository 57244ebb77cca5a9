#include "encode/merge_batch_norms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace dc {
namespace {

using testing::ElementsAre;
using testing::FloatEq;

Tensor Vector(std::vector<float> values) {
  const auto size = static_cast<int64_t>(values.size());
  return Tensor::F32({size}, std::move(values));
}

// x -> bn1 -> bn2 -> y, both of two channels, which share their scale.
Graph Network(std::vector<float> variance) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 2}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.initializers["scale"] = Vector({6, -2});
  graph.initializers["bias1"] = Vector({1, 0});
  graph.initializers["mean1"] = Vector({5, -3});
  graph.initializers["var1"] = Vector(std::move(variance));
  graph.initializers["bias2"] = Vector({0, 0});
  graph.initializers["mean2"] = Vector({1, 1});
  graph.initializers["var2"] = Vector({0.75f, 0.75f});
  graph.nodes = {{"",
                  "BatchNormalization",
                  "",
                  {"x", "scale", "bias1", "mean1", "var1"},
                  {"h"},
                  {{"epsilon", 0.25f}}},
                 {"",
                  "BatchNormalization",
                  "",
                  {"h", "scale", "bias2", "mean2", "var2"},
                  {"y"},
                  {{"epsilon", 0.25f}}}};
  return graph;
}

std::vector<float> Input(const Graph& graph, size_t node, size_t input) {
  const auto values = graph.Constant(graph.nodes[node].inputs[input])->f32();
  return {values.begin(), values.end()};
}

TEST(MergeBatchNorms, IsTheSameFunctionOfTwoVectors) {
  Graph graph = Network({3.75f, 0.75f});
  MergeBatchNorms(&graph);
  // 6 / sqrt(4) = 3 and -2 / sqrt(1); 1 - 3 * 5 and 0 - -2 * -3.
  EXPECT_THAT(Input(graph, 0, 1), ElementsAre(FloatEq(3), FloatEq(-2)));
  EXPECT_THAT(Input(graph, 0, 2), ElementsAre(FloatEq(-14), FloatEq(-6)));
  EXPECT_THAT(Input(graph, 0, 3), ElementsAre(0, 0));
  EXPECT_THAT(Input(graph, 0, 4), ElementsAre(0.75f, 0.75f));
  // What the second one reads of the shared scale is still its own.
  EXPECT_THAT(Input(graph, 1, 1), ElementsAre(FloatEq(6), FloatEq(-2)));
  EXPECT_THAT(Input(graph, 1, 2), ElementsAre(FloatEq(-6), FloatEq(2)));
  EXPECT_EQ(graph.nodes[0].inputs[3], graph.nodes[1].inputs[3]);
  EXPECT_EQ(graph.nodes[0].inputs[4], graph.nodes[1].inputs[4]);
}

TEST(MergeBatchNorms, OneVectorInTwoRolesBecomesTwo) {
  Graph graph = Network({3.75f, 0.75f});
  graph.nodes[0].inputs[2] = "mean1";  // (5, -3) is the bias, too
  MergeBatchNorms(&graph);
  EXPECT_THAT(Input(graph, 0, 1), ElementsAre(FloatEq(3), FloatEq(-2)));
  EXPECT_THAT(Input(graph, 0, 2), ElementsAre(FloatEq(5 - 3 * 5), FloatEq(-3 - 6)));
  graph = Network({3.75f, 0.75f});
  graph.nodes.pop_back();  // so that one node alone reads the scale
  graph.nodes[0].inputs[2] = "scale";
  MergeBatchNorms(&graph);
  EXPECT_THAT(Input(graph, 0, 1), ElementsAre(FloatEq(3), FloatEq(-2)));
  EXPECT_THAT(Input(graph, 0, 2), ElementsAre(FloatEq(6 - 3 * 5), FloatEq(-2 - 6)));
}

TEST(MergeBatchNorms, AnEpsilonThatLeavesNoVarianceStays) {
  Graph graph = Network({3.75f, 0.75f});
  graph.nodes[0].attributes["epsilon"] = 1.0f;
  MergeBatchNorms(&graph);
  EXPECT_EQ(graph.nodes[0].inputs[4], "var1");
}

TEST(MergeBatchNorms, LeavesWhatHasNoFiniteScale) {
  Graph graph = Network({-0.25f, 0.75f});
  MergeBatchNorms(&graph);
  EXPECT_EQ(graph.nodes[0].inputs[4], "var1");
  EXPECT_THAT(Input(graph, 0, 1), ElementsAre(6, -2));
  EXPECT_NE(graph.nodes[1].inputs[4], "var2");
}

}  // namespace
}  // namespace dc
