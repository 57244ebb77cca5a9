#include "train/loss.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dc/train.h"

namespace dc::train {
namespace {

// Softmax of (0, ln 2, ln 5) is (1, 2, 5) / 8.
const std::vector<float> kRow = {0.0f, std::log(2.0f), std::log(5.0f)};

TEST(SoftmaxCrossEntropy, LossAndGradientWorkedByHand) {
  std::vector<float> gradient(3);
  const std::vector<int32_t> labels = {1};
  const LossSums sums = CrossEntropy(kRow, labels, 3, 0.0, 2.0, gradient);
  EXPECT_NEAR(sums.loss, std::log(4.0), 1e-6);
  EXPECT_EQ(sums.errors, 1);
  EXPECT_EQ(sums.top5_errors, 0);
  EXPECT_EQ(sums.count, 1);
  EXPECT_NEAR(gradient[0], 2 * 0.125, 1e-6);
  EXPECT_NEAR(gradient[1], 2 * (0.25 - 1), 1e-6);
  EXPECT_NEAR(gradient[2], 2 * 0.625, 1e-6);
}

TEST(SoftmaxCrossEntropy, LabelSmoothingSpreadsTheTarget) {
  std::vector<float> gradient(3);
  const std::vector<int32_t> labels = {2};
  const LossSums sums = CrossEntropy(kRow, labels, 3, 0.3, 1.0, gradient);
  // Target (0.1, 0.1, 0.8).
  const double expected = -(0.1 * std::log(0.125) + 0.1 * std::log(0.25) + 0.8 * std::log(0.625));
  EXPECT_NEAR(sums.loss, expected, 1e-6);
  EXPECT_NEAR(gradient[0], 0.125 - 0.1, 1e-6);
  EXPECT_NEAR(gradient[1], 0.25 - 0.1, 1e-6);
  EXPECT_NEAR(gradient[2], 0.625 - 0.8, 1e-6);
}

TEST(SoftmaxCrossEntropy, GradientMatchesCentralDifferences) {
  const std::vector<float> logits = {0.3f, -1.2f, 2.0f, 0.1f, 0.7f, -0.4f, 1.1f, 0.0f};
  const std::vector<int32_t> labels = {3, 0};
  std::vector<float> gradient(8);
  CrossEntropy(logits, labels, 4, 0.1, 1.0, gradient);
  for (size_t i = 0; i < logits.size(); ++i) {
    std::vector<float> up = logits, down = logits;
    up[i] += 1e-2f;
    down[i] -= 1e-2f;
    const double slope = (CrossEntropy(up, labels, 4, 0.1, 1.0, {}).loss -
                          CrossEntropy(down, labels, 4, 0.1, 1.0, {}).loss) /
                         (static_cast<double>(up[i]) - down[i]);
    EXPECT_NEAR(gradient[i], slope, 1e-4);
  }
}

TEST(SoftmaxCrossEntropy, LargeLogitsDoNotOverflow) {
  const std::vector<float> logits = {1e4f, -1e4f};
  const std::vector<int32_t> labels = {0};
  EXPECT_NEAR(CrossEntropy(logits, labels, 2, 0.0, 1.0, {}).loss, 0.0, 1e-9);
}

TEST(SoftmaxCrossEntropy, CountsTopFiveAndTies) {
  const std::vector<float> logits = {6, 5, 4, 3, 2, 1, 0};
  const auto errors = [&](int32_t label) {
    const std::vector<int32_t> labels = {label};
    const LossSums sums = CrossEntropy(logits, labels, 7, 0.0, 1.0, {});
    return sums.errors * 10 + sums.top5_errors;
  };
  EXPECT_EQ(errors(0), 0);
  EXPECT_EQ(errors(1), 10);
  EXPECT_EQ(errors(4), 10);
  EXPECT_EQ(errors(5), 11);
  const std::vector<float> tie = {1, 1};
  const std::vector<int32_t> first = {0}, second = {1};
  EXPECT_EQ(CrossEntropy(tie, first, 2, 0.0, 1.0, {}).errors, 0);
  EXPECT_EQ(CrossEntropy(tie, second, 2, 0.0, 1.0, {}).errors, 1);
}

TEST(LogisticCrossEntropy, LossAndGradientWorkedByHand) {
  // Of z = ln 3 the probability of class 1 is 3/4.
  const std::vector<float> logits = {std::log(3.0f), std::log(3.0f), -std::log(3.0f)};
  const std::vector<int32_t> labels = {1, 0, 0};
  std::vector<float> gradient(3);
  const LossSums sums = CrossEntropy(logits, labels, 1, 0.0, 2.0, gradient);
  EXPECT_NEAR(sums.loss, -std::log(0.75) - std::log(0.25) - std::log(0.75), 1e-6);
  EXPECT_EQ(sums.errors, 1);
  EXPECT_EQ(sums.top5_errors, 0);
  EXPECT_NEAR(gradient[0], 2 * (0.75 - 1), 1e-6);
  EXPECT_NEAR(gradient[1], 2 * 0.75, 1e-6);
  EXPECT_NEAR(gradient[2], 2 * 0.25, 1e-6);
  // Smoothing 0.2: targets 0.9 and 0.1.
  const std::vector<int32_t> one = {1};
  const LossSums smooth = CrossEntropy({&logits[0], 1}, one, 1, 0.2, 1.0, {&gradient[0], 1});
  EXPECT_NEAR(smooth.loss, -0.9 * std::log(0.75) - 0.1 * std::log(0.25), 1e-6);
  EXPECT_NEAR(gradient[0], 0.75 - 0.9, 1e-6);
}

TEST(LogisticCrossEntropy, AboveAHalfIsClassOneAndNothingOverflows) {
  const std::vector<float> logits = {0, 0, 1e4f, -1e4f};
  const std::vector<int32_t> labels = {0, 1, 0, 1};
  const LossSums sums = CrossEntropy(logits, labels, 1, 0.0, 1.0, {});
  EXPECT_EQ(sums.errors, 3);  // a half is class 0
  EXPECT_NEAR(sums.loss, 2 * std::log(2.0) + 2e4, 1e-6);
}

TEST(Judge, NanIsAnErrorWhereverItIs) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<std::vector<float>> rows = {{nan, 0, 0}, {9, nan, 0}, {9, 0, nan}, {nan}};
  for (const std::vector<float>& row : rows) {
    for (int32_t label = 0; label < static_cast<int32_t>(std::max<size_t>(row.size(), 2));
         ++label) {
      const Verdict verdict = Judge(row, label, 0.5f);
      EXPECT_TRUE(verdict.error && verdict.top5_error && verdict.not_a_number);
    }
  }
}

TEST(SoftmaxCrossEntropy, NanIsAnErrorAndNotFinite) {
  const std::vector<float> logits = {0, std::numeric_limits<float>::quiet_NaN()};
  const std::vector<int32_t> labels = {0};
  const LossSums sums = CrossEntropy(logits, labels, 2, 0.0, 1.0, {});
  EXPECT_EQ(sums.errors, 1);
  EXPECT_EQ(sums.not_numbers, 1);
  EXPECT_FALSE(std::isfinite(sums.loss));
}

// One row, label 1: max(0, 1 + z)^2 of the others, max(0, 1 - z)^2 of the label, over 3 classes.
TEST(SquaredHinge, WorkedByHand) {
  const std::vector<float> z = {0.5f, 0.25f, -2.0f};
  const std::vector<int32_t> labels = {1};
  std::vector<float> gradient(3);
  const LossSums sums = SquaredHinge(z, labels, 3, 0.5, gradient);
  EXPECT_NEAR(sums.loss, (1.5 * 1.5 + 0.75 * 0.75) / 3, 1e-6);
  EXPECT_EQ(sums.errors, 1);
  // 2 / 3 * 0.5 * (1.5, -0.75, 0)
  EXPECT_NEAR(gradient[0], 0.5, 1e-6);
  EXPECT_NEAR(gradient[1], -0.25, 1e-6);
  EXPECT_EQ(gradient[2], 0.0f);
}

// The gradient is that of the mixed loss, by central differences.
TEST(Distill, GradientIsThatOfTheLoss) {
  const std::vector<float> teacher = {2.0f, -1.0f, 0.5f};
  const std::vector<int32_t> labels = {2};
  constexpr double kShare = 0.3, kTemperature = 2.5;
  const auto loss = [&](std::vector<float> z, std::vector<float>* gradient) {
    std::vector<float> scratch(3);
    std::vector<float>& g = gradient != nullptr ? *gradient : scratch;
    const LossSums sums = CrossEntropy(z, labels, 3, 0.0, 1.0, g);
    return Distill(z, teacher, 3, kShare, kTemperature, 1.0, sums.loss, g);
  };
  const std::vector<float> z = {0.4f, 0.1f, -0.7f};
  std::vector<float> gradient(3);
  const double at = loss(z, &gradient);
  EXPECT_GT(at, 0);
  constexpr float kH = 1e-3f;
  for (size_t c = 0; c < 3; ++c) {
    std::vector<float> up = z, down = z;
    up[c] += kH;
    down[c] -= kH;
    EXPECT_NEAR(gradient[c], (loss(up, nullptr) - loss(down, nullptr)) / (2 * kH), 1e-4);
  }
  // A network that says what its teacher says has only the labels' share left.
  std::vector<float> same(3);
  const LossSums sums = CrossEntropy(teacher, labels, 3, 0.0, 1.0, same);
  EXPECT_NEAR(Distill(teacher, teacher, 3, kShare, kTemperature, 1.0, sums.loss, same),
              (1 - kShare) * sums.loss, 1e-9);
}

}  // namespace
}  // namespace dc::train
