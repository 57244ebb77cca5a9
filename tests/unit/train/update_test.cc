#include "train/update.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "train/group_lasso.h"
#include "train/network.h"
#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"
#include "unit/train/test_constraints.h"

namespace dc::train {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::Pointwise;

// Gemm with weight fc.weight [2, 2] = (1, -2, 0, 4) and bias fc.bias = (1, -1), and batch norm.
class UpdaterTest : public ::testing::Test {
 protected:
  UpdaterTest() {
    GraphBuilder b({2});
    b.Add("Gemm", "fc",
          {b.Values("fc.weight", {2, 2}, {1, -2, 0, 4}), b.Values("fc.bias", {2}, {1, -1})})
        .Add("BatchNormalization", "bn",
             {b.Values("scale", {2}, {1, 1}), b.Values("offset", {2}, {0, 0}),
              b.Values("mean", {2}, {10, 20}), b.Values("variance", {2}, {1, 1})},
             {{"momentum", 0.75f}});
    graph_ = b.Build();
    network_ = *FindNetwork(graph_, DataFor(graph_, 2), Preprocess());
    parameters_ = std::move(*Parameters::Load(network_));
  }

  // An array in the parameters' layout with `values` at `name`.
  std::vector<float> At(const std::string& name, const std::vector<float>& values) {
    std::vector<float> all(parameters_.total(), 0.0f);
    std::copy(values.begin(), values.end(), all.begin() + parameters_.Find(name)->offset);
    return all;
  }
  std::vector<float> Values(const std::string& name) {
    const auto values = parameters_.Values(*parameters_.Find(name));
    return {values.begin(), values.end()};
  }
  // One step of SGD at rate 0.5 without momentum unless given, with these shard gradients.
  void Step(Updater* updater, const std::vector<std::vector<float>>& shards,
            double momentum = 0.0) {
    std::vector<std::span<const float>> spans(shards.begin(), shards.end());
    ThreadPool pool(2);
    updater->Step({OptimizerKind::kSgd, 0.5, momentum, 0.999, 1}, spans, &pool);
  }

  Graph graph_;
  Network network_;
  Parameters parameters_;
};

TEST_F(UpdaterTest, AddsShardsAndMovesFreeParameters) {
  auto updater = Updater::Make(&parameters_, nullptr, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  Step(&*updater, {At("fc.weight", {1, 0, 2, 0}), At("fc.weight", {1, 4, 0, -2})});
  EXPECT_THAT(Values("fc.weight"), ElementsAre(0, -4, -1, 5));
  EXPECT_THAT(Values("fc.bias"), ElementsAre(1, -1));
}

TEST_F(UpdaterTest, ClipsTheGradientOfAllParametersTogether) {
  auto updater = Updater::Make(&parameters_, nullptr, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  // Of length 5 over both tensors, cut to 2.5; what a statistic gathers does not count.
  std::vector<float> gradient = At("fc.weight", {3, 0, 0, 0});
  const std::vector<float> bias = At("fc.bias", {0, 4}), mean = At("mean", {100, 100});
  for (size_t i = 0; i < gradient.size(); ++i) gradient[i] += bias[i] + mean[i];
  const std::vector<std::span<const float>> shards = {gradient};
  ThreadPool pool(2);
  OptimizerStep step{OptimizerKind::kSgd, 1.0, 0.0, 0.999, 1};
  step.clip = 2.5;
  updater->Step(step, shards, &pool);
  EXPECT_THAT(Values("fc.weight"), ElementsAre(1 - 1.5f, -2, 0, 4));
  EXPECT_THAT(Values("fc.bias"), ElementsAre(1, -1 - 2.0f));
  EXPECT_THAT(Values("mean"), ElementsAre(32.5f, 40));
  // A shorter one stays.
  step.clip = 6;
  updater->Step(step, shards, &pool);
  EXPECT_THAT(Values("fc.weight"), ElementsAre(-3.5f, -2, 0, 4));
}

TEST(GroupLasso, ShortensRowsThenColumnsByTheRootOfTheirSize) {
  // Rows of lengths 5 and 2, columns of 2 numbers and rows of 2: all groups of size 2.
  std::vector<float> matrix = {3, 4, 2, 0}, columns(2);
  const float reach = std::sqrt(2.0f);  // of threshold 1
  ShrinkGroups(1.0f, 2, matrix, &columns);
  const float first = 1 - reach / 5, second = 1 - reach / 2;
  // Then columns of (3 first, 2 second) and (4 first, 0).
  const float left = 1 - reach / std::hypot(3 * first, 2 * second);
  const float right = 1 - reach / (4 * first);
  EXPECT_THAT(matrix, Pointwise(::testing::FloatNear(1e-6f),
                                {3 * first * left, 4 * first * right, 2 * second * left, 0.0f}));
}

TEST(GroupLasso, TakesGroupsThatAreTooShortWhole) {
  // 20 columns: more than the lanes of the sums. Reaches: sqrt(20) / 2 = 2.24 of a row, sqrt(2) / 2
  // = 0.71 of a column. The rows' lengths are sqrt(20 * 0.16) = 1.79 and 8.76.
  std::vector<float> matrix(40, -0.4f), columns(20);
  std::fill(matrix.begin() + 20, matrix.end(), 2.0f);
  matrix[25] = 0.9f;  // 0.66 after its row has been shortened: less than 0.71
  ShrinkGroups(0.5f, 2, matrix, &columns);
  for (size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(matrix[i], 0.0f);
    EXPECT_FALSE(std::signbit(matrix[i]));
    EXPECT_EQ(matrix[20 + i] == 0.0f, i == 5) << i;
  }
}

TEST_F(UpdaterTest, GroupLassoFollowsTheStepOfFreeAndOfMaskedWeights) {
  const std::vector<float> gradient = At("fc.weight", {0, 2, 0, 0});
  const std::vector<std::span<const float>> shards = {gradient};
  ThreadPool pool(2);
  OptimizerStep step{OptimizerKind::kSgd, 0.5, 0.0, 0.999, 1};
  step.group_lasso = 0.25;
  const auto expected = [](std::vector<float> moved) {
    std::vector<float> columns(2);
    ShrinkGroups(0.5f * 0.25f, 2, moved, &columns);
    return moved;
  };
  auto updater = Updater::Make(&parameters_, nullptr, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  updater->Step(step, shards, &pool);
  EXPECT_THAT(Values("fc.weight"), Pointwise(FloatEq(), expected({1, -3, 0, 4})));
  EXPECT_THAT(Values("fc.bias"), ElementsAre(1, -1));

  Constraints constraints;
  constraints["fc.weight"] = MaskedWeight(2);
  const std::vector<float> before = Values("fc.weight");
  auto masked = Updater::Make(&parameters_, &constraints, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(masked.ok());
  EXPECT_TRUE(masked->CheckGroups().ok());
  masked->Step(step, shards, &pool);
  EXPECT_THAT(Values("fc.weight"),
              Pointwise(FloatEq(), expected({0, before[1] - 1, 0, before[3]})));
}

TEST_F(UpdaterTest, GroupLassoNeedsWeightsOfWhichRowsAreMade) {
  Constraints constraints;
  constraints["fc.weight"] = SharedWeight({1, 5});
  const auto updater = Updater::Make(&parameters_, &constraints, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  EXPECT_EQ(updater->CheckGroups().code(), StatusCode::kUsage);
}

TEST_F(UpdaterTest, DecayAppliesToWeightsOnly) {
  auto updater = Updater::Make(&parameters_, nullptr, 0.2, 0.1, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  Step(&*updater, {At("fc.weight", {0, 0, 0, 0})});
  // w - 0.5 * (0.1 * w + 0.2 * sign(w)); a zero stays zero.
  EXPECT_THAT(Values("fc.weight"), Pointwise(FloatEq(), {0.85f, -1.8f, 0.0f, 3.7f}));
  EXPECT_THAT(Values("fc.bias"), ElementsAre(1, -1));
  EXPECT_THAT(Values("scale"), ElementsAre(1, 1));
}

TEST_F(UpdaterTest, StatisticsFollowTheMeanOfTheShards) {
  auto updater = Updater::Make(&parameters_, nullptr, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  Step(&*updater, {At("mean", {4, 0}), At("mean", {8, 8})});
  // 0.75 * (10, 20) + 0.25 * (6, 4).
  EXPECT_THAT(Values("mean"), ElementsAre(9, 16));
  EXPECT_THAT(Values("variance"), ElementsAre(0.75f, 0.75f));
}

TEST_F(UpdaterTest, MaskedWeightsAreZeroAndTheOthersMove) {
  Constraints constraints;
  constraints["fc.weight"] = MaskedWeight(2);
  auto updater = Updater::Make(&parameters_, &constraints, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  EXPECT_THAT(Values("fc.weight"), ElementsAre(0, -2, 0, 4));  // projected at once
  Step(&*updater, {At("fc.weight", {1, 2, 3, 4})});
  EXPECT_THAT(Values("fc.weight"), ElementsAre(0, -3, 0, 2));
  EXPECT_THAT(constraints["fc.weight"].latent, ElementsAre(0, -3, 0, 2));
}

TEST_F(UpdaterTest, SharedValuesMoveByTheSumOfTheirMembers) {
  Constraints constraints;
  constraints["fc.weight"] = SharedWeight({1, 5});
  auto updater = Updater::Make(&parameters_, &constraints, 0, 0.5, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  EXPECT_THAT(Values("fc.weight"), ElementsAre(1, 5, 1, 5));
  Step(&*updater, {At("fc.weight", {1, 2, 3, 4})});
  // Decay first, on the weights: sums 1 + 3 + 2 * 0.5 and 2 + 4 + 2 * 2.5.
  EXPECT_THAT(constraints["fc.weight"].latent, ElementsAre(-1.5f, -0.5f));
  EXPECT_THAT(Values("fc.weight"), ElementsAre(-1.5f, -0.5f, -1.5f, -0.5f));
}

TEST_F(UpdaterTest, ConstraintChangedProjectsAndClearsMomentum) {
  Constraints constraints;
  constraints["fc.weight"] = MaskedWeight(100);
  auto updater = Updater::Make(&parameters_, &constraints, 0, 0, OptimizerKind::kSgd);
  ASSERT_TRUE(updater.ok());
  Step(&*updater, {At("fc.weight", {0, 2, 2, 2})}, 0.5);
  EXPECT_THAT(Values("fc.weight"), ElementsAre(0, -3, -1, 3));
  constraints["fc.weight"].constraint = std::make_unique<EveryNthIsZero>(2);
  updater->ConstraintChanged("fc.weight");
  EXPECT_THAT(Values("fc.weight"), ElementsAre(0, -3, 0, 3));
  constraints["fc.weight"].constraint = std::make_unique<EveryNthIsZero>(100);
  updater->ConstraintChanged("fc.weight");
  // Velocity 1 is left where the mask kept the weight, none where it did not.
  Step(&*updater, {At("fc.weight", {0, 0, 0, 0})}, 0.5);
  EXPECT_THAT(Values("fc.weight"), ElementsAre(0, -3.5f, 0, 2.5f));
}

TEST_F(UpdaterTest, LatentIsWhatIsTrained) {
  Constraints constraints;
  constraints["fc.weight"] = SharedWeight({1, 5});
  auto updater = Updater::Make(&parameters_, &constraints, 0, 0, OptimizerKind::kAdam);
  ASSERT_TRUE(updater.ok());
  EXPECT_EQ(updater->Latent("fc.weight").data(), constraints["fc.weight"].latent.data());
  EXPECT_THAT(updater->Latent("fc.bias"), ElementsAre(1, -1));
  EXPECT_TRUE(updater->Latent("mean").empty());
  EXPECT_TRUE(updater->Latent("nothing").empty());
}

TEST_F(UpdaterTest, RefusesConstraintsItCannotKeep) {
  Constraints empty;
  empty["fc.weight"] = {};
  EXPECT_EQ(Updater::Make(&parameters_, &empty, 0, 0, OptimizerKind::kSgd).status().code(),
            StatusCode::kUsage);
}

}  // namespace
}  // namespace dc::train
