// The loss and the error of a regression.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "data/target_spread.h"
#include "dc/train.h"
#include "train/loss.h"
#include "train/objective.h"

namespace dc::train {
namespace {

using testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Three samples of two numbers, of means 3 and 20 and a sum of squared distances of 14 + 600.
Dataset Pairs() {
  Dataset data;
  data.name = "pairs";
  data.target_shape = {2};
  data.train.count = 3;
  data.train.targets = {1, 10, 2, 10, 6, 40};
  return data;
}

TargetSpread Spread() {
  const Dataset data = Pairs();
  return *SpreadOfTargets(data, data.train);
}

TEST(SquaredError, WorkedByHand) {
  const std::vector<float> outputs = {2, 10, 2, 13}, targets = {1, 10, 2, 10};
  std::vector<float> gradient(4, 99.0f);
  const LossSums sums = SquaredError(outputs, targets, Spread(), 0.5, gradient);
  EXPECT_DOUBLE_EQ(sums.loss, 1.0 / 2 + 9.0 / 2);
  EXPECT_DOUBLE_EQ(sums.errors, 1 + 9);
  // (1 - 3)^2 + (10 - 20)^2, and the second sample likewise.
  EXPECT_DOUBLE_EQ(sums.errors_of, 104 + 101);
  EXPECT_EQ(sums.count, 2);
  EXPECT_EQ(sums.not_numbers, 0);
  EXPECT_DOUBLE_EQ(sums.MeanLoss(), 2.5);
  EXPECT_DOUBLE_EQ(sums.ErrorPercent(), 100.0 * 10 / 205);
  // 2 / 2 * 0.5 * (y - t)
  EXPECT_THAT(gradient, testing::ElementsAre(0.5f, 0, 0, 1.5f));
}

TEST(SquaredError, GradientMatchesCentralDifferences) {
  const std::vector<float> outputs = {0.3f, -1.2f, 2.0f, 0.1f}, targets = {1, 2, -1, 0.5f};
  std::vector<float> gradient(4);
  SquaredError(outputs, targets, Spread(), 1.0, gradient);
  for (size_t i = 0; i < outputs.size(); ++i) {
    std::vector<float> up = outputs, down = outputs;
    up[i] += 1e-2f;
    down[i] -= 1e-2f;
    const double slope = (SquaredError(up, targets, Spread(), 1.0, {}).loss -
                          SquaredError(down, targets, Spread(), 1.0, {}).loss) /
                         (static_cast<double>(up[i]) - down[i]);
    EXPECT_NEAR(gradient[i], slope, 1e-4);
  }
}

TEST(SquaredError, SumsOverAllSamplesAreTheUnexplainedVariance) {
  const Dataset data = Pairs();
  // The means themselves leave everything unexplained.
  std::vector<float> means = {3, 20, 3, 20, 3, 20};
  EXPECT_DOUBLE_EQ(SquaredError(means, data.train.targets, Spread(), 0, {}).ErrorPercent(), 100);
  EXPECT_EQ(SquaredError(data.train.targets, data.train.targets, Spread(), 0, {}).ErrorPercent(),
            0);
  // In parts, as shards and chunks have them, it is the same.
  LossSums sums;
  for (size_t i = 0; i < 3; ++i) {
    sums.Add(SquaredError(std::span(means).subspan(2 * i, 2), TargetOf(data, data.train, i),
                          Spread(), 0, {}));
  }
  EXPECT_DOUBLE_EQ(sums.ErrorPercent(), 100);
  EXPECT_EQ(sums.count, 3);
}

TEST(SquaredError, WhatIsNoNumberIsAllOfTheVariance) {
  for (const float bad : {kNan, kInfinity, -kInfinity}) {
    const std::vector<float> outputs = {1, 10, bad, 10, 6, 40};
    const LossSums sums = SquaredError(outputs, Pairs().train.targets, Spread(), 0, {});
    EXPECT_EQ(sums.not_numbers, 1);
    EXPECT_DOUBLE_EQ(sums.ErrorPercent(), 100);
    EXPECT_DOUBLE_EQ(sums.loss, 614.0 / 2);
  }
  // A large number is one.
  const std::vector<float> outputs = {1, 10, 1e30f, 10, 6, 40};
  const LossSums sums = SquaredError(outputs, Pairs().train.targets, Spread(), 0, {});
  EXPECT_EQ(sums.not_numbers, 0);
  EXPECT_GT(sums.ErrorPercent(), 1e50);
}

TEST(SquaredError, BeforeAnythingDiffersFromTheMeansPercentagesAreNumbers) {
  const TargetSpread spread = {{3, 20}, 614, 614.0 / 6};
  const std::vector<float> mean = {3, 20}, off = {4, 20};
  EXPECT_EQ(SquaredError(mean, mean, spread, 0, {}).ErrorPercent(), 0);
  EXPECT_EQ(SquaredError(off, mean, spread, 0, {}).ErrorPercent(), 100);
}

TEST(Imitate, GradientIsThatOfTheLoss) {
  const std::vector<float> teacher = {2.0f, -1.0f}, targets = {1, 3};
  constexpr double kShare = 0.3;
  const auto loss = [&](const std::vector<float>& y, std::vector<float>* gradient) {
    const LossSums sums = SquaredError(y, targets, Spread(), 1.0, *gradient);
    return Imitate(y, teacher, 2, kShare, 1.0, sums.loss, *gradient);
  };
  const std::vector<float> y = {0.5f, 0};
  std::vector<float> gradient(2), scratch(2);
  // 0.7 (0.25 + 9) / 2 + 0.3 (2.25 + 1) / 2
  EXPECT_NEAR(loss(y, &gradient), 0.7 * 4.625 + 0.3 * 1.625, 1e-9);
  for (size_t i = 0; i < 2; ++i) {
    std::vector<float> up = y, down = y;
    up[i] += 1e-2f;
    down[i] -= 1e-2f;
    const double slope =
        (loss(up, &scratch) - loss(down, &scratch)) / (static_cast<double>(up[i]) - down[i]);
    EXPECT_NEAR(gradient[i], slope, 1e-4);
  }
}

TEST(Objective, TakesTheTargetsOfItsSamplesAndTheirVarianceForAUnit) {
  const Dataset data = Pairs();
  const std::vector<uint32_t> all = {0, 1, 2}, some = {2, 0};
  const auto objective = Objective::Make(data, data.train, all, TrainOptions());
  ASSERT_TRUE(objective.ok()) << objective.status().ToString();
  EXPECT_DOUBLE_EQ(objective->unit(), 614.0 / 6);
  const std::vector<float> outputs = {6, 41, 1, 10};
  std::vector<float> gradient(4);
  const LossSums sums = objective->Of(some, outputs, 1.0, gradient);
  EXPECT_DOUBLE_EQ(sums.errors, 1);
  EXPECT_THAT(gradient, testing::ElementsAre(0, 1, 0, 0));
}

TEST(Score, OfTargetsIsMeanSquaredErrorAndUnexplainedVariance) {
  const Dataset data = Pairs();
  auto score = Score::Make(data, data.train, 0.5f);
  ASSERT_TRUE(score.ok()) << score.status().ToString();
  for (size_t i = 0; i < 3; ++i) score->Add(i, std::vector<float>{3, 10});
  const EvalResult result = score->Result();
  EXPECT_TRUE(result.targets);
  EXPECT_EQ(result.count, 3);
  // (4 + 1 + 9 + 0 + 0 + 900) / 6
  EXPECT_DOUBLE_EQ(result.loss, 914.0 / 6);
  EXPECT_DOUBLE_EQ(*result.mean_squared_error(), result.loss);
  EXPECT_DOUBLE_EQ(result.error_percent, 100.0 * 914 / 614);
  EXPECT_FALSE(result.known_top5());
  EXPECT_EQ(ErrorText(result.error_percent, result.loss),
            "mean squared error 152.333, unexplained variance 148.86 %");
}

TEST(Score, OfLabelsJudgesThem) {
  Dataset data;
  data.classes = 3;
  data.test = {2, {}, {}, {2, 0}, {}};
  auto score = Score::Make(data, data.test, 0.5f);
  ASSERT_TRUE(score.ok());
  score->Add(0, std::vector<float>{0, 1, 2});
  score->Add(1, std::vector<float>{0, kNan, 2});
  const EvalResult result = score->Result();
  EXPECT_FALSE(result.targets);
  EXPECT_EQ(result.error_percent, 50);
  EXPECT_EQ(result.known_top5(), 50);
  EXPECT_FALSE(result.mean_squared_error());
  EXPECT_THAT(NotNumbersText(result), HasSubstr("1 of 2 images"));
  EXPECT_EQ(ErrorText(1.494, std::nullopt), "error 1.49 %");
}

}  // namespace
}  // namespace dc::train
