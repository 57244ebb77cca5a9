// What ranks weights: LAMP, Fisher, and the constraint that measures and splices.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "dc/prune.h"
#include "prune/criteria/criterion.h"
#include "prune/mask_constraint.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Lamp, IsTheShareOfTheWeightsThatAreNotSmaller) {
  // Squares 9, 16, 0, 4 in order of size: 16; 16 + 9; 16 + 9 + 4.
  const std::vector<float> scores = LampScores(std::vector<float>{3, -4, 0, 2});
  EXPECT_FLOAT_EQ(scores[0], 9.0f / 25);
  EXPECT_FLOAT_EQ(scores[1], 1.0f);
  EXPECT_EQ(scores[2], 0.0f);
  EXPECT_FLOAT_EQ(scores[3], 4.0f / 29);
}

TEST(Fisher, IsValueSquaredTimesGradientSquared) {
  const std::vector<float> scores =
      FisherScores(std::vector<float>{2, -3, 0, 1}, std::vector<float>{0.5f, 1.0f, 7.0f, 0.0f});
  EXPECT_NEAR(scores[0], 2.0, 1e-4);
  EXPECT_NEAR(scores[1], 9.0, 1e-4);
  EXPECT_EQ(scores[2], 0.0f);
  EXPECT_GT(scores[3], 0.0f);  // no sample has reached it yet: little, but not nothing
  EXPECT_LT(scores[3], 1e-4f);
}

Graph TwoLayers(std::vector<float> first, std::vector<float> second) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 1}}};
  const auto n = static_cast<int64_t>(first.size());
  graph.initializers["a"] = Tensor::F32({1, n}, std::move(first));
  graph.initializers["b"] = Tensor::F32({n, 1}, std::move(second));
  graph.nodes = {{"", "Gemm", "", {"x", "a"}, {"h"}, {}}, {"", "Gemm", "", {"h", "b"}, {"y"}, {}}};
  return graph;
}

PruneOptions Global(double density, PruneImportance importance) {
  PruneOptions options;
  options.criterion = PruneCriterion::kGlobalDensity;
  options.global_density = density;
  options.importance = importance;
  return options;
}

TEST(ChooseMasks, LampKeepsLayersOfSmallWeights) {
  // By magnitude all four survivors but the reserved one would be those of the first layer.
  const Graph graph = TwoLayers({10, 20, 30, 40}, {0.1f, 0.2f, 0.3f, 0.4f});
  const auto magnitude = ChooseMasks(graph, Global(0.5, PruneImportance::kMagnitude));
  ASSERT_TRUE(magnitude.ok());
  EXPECT_THAT(magnitude->at("a"), ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(magnitude->at("b"), ElementsAre(0, 0, 0, 1));
  const auto lamp = ChooseMasks(graph, Global(0.5, PruneImportance::kLamp));
  ASSERT_TRUE(lamp.ok());
  EXPECT_THAT(lamp->at("a"), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(lamp->at("b"), ElementsAre(0, 0, 1, 1));
}

TEST(ChooseMasks, FisherGoesByTheRunningMeasure) {
  const Graph graph = TwoLayers({1, 1}, {1, 1});
  const std::map<std::string, RunningWeight> weights = {{"a", {{4, 1}, {0.1f, 0.2f}}},
                                                        {"b", {{1, 1}, {3.0f, 2.0f}}}};
  const auto masks = ChooseMasksAt(graph, weights, Global(0.75, PruneImportance::kFisher), 1.0);
  ASSERT_TRUE(masks.ok()) << masks.status().ToString();
  EXPECT_THAT(masks->at("a"), ElementsAre(1, 0));  // 1.6 and 0.2
  EXPECT_THAT(masks->at("b"), ElementsAre(1, 1));  // 3 and 2
  const auto unmeasured = ChooseMasks(graph, Global(0.75, PruneImportance::kFisher));
  EXPECT_THAT(unmeasured.status().ToString(), HasSubstr("curvature"));
}

TEST(SpliceConstraint, PrunedWeightsTrainUnseenAndComeBack) {
  ConstrainedWeight weight_and_rule = MakeSplicedWeight(std::vector<float>{1, -2, 3}, 0.5);
  const auto& constraint = weight_and_rule.constraint;
  std::vector<float>& latent = weight_and_rule.latent;
  ASSERT_EQ(latent.size() - weight_and_rule.rule_values, 3u);
  std::vector<float> effective(3), step(3, 9.0f);
  SetSpliceMask({1, 0, 1}, latent);
  constraint->Project(latent, effective, 0);
  EXPECT_THAT(effective, ElementsAre(1, 0, 3));
  constraint->ReduceGradient(latent, std::vector<float>{4, 6, -8}, step);
  EXPECT_THAT(step, ElementsAre(4, 3, -8));
  for (size_t i = 0; i < 3; ++i) latent[i] -= step[i];
  SetSpliceMask({0, 1, 1}, latent);
  constraint->Project(latent, effective, 0);
  EXPECT_THAT(effective, ElementsAre(0, -5, 11));
  // The mean squares are in proportion to 16, 36, 64, whatever was kept.
  const RunningWeight weight = SplicedWeight(latent);
  EXPECT_THAT(weight.values, ElementsAre(-3, -5, 11));
  EXPECT_FLOAT_EQ(weight.squares[1] / weight.squares[0], 36.0f / 16);
  EXPECT_FLOAT_EQ(weight.squares[2] / weight.squares[0], 64.0f / 16);
}

}  // namespace
}  // namespace dc
