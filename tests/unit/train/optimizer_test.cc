#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace dc::train {
namespace {

TEST(Sgd, TwoStepsWithMomentumWorkedByHand) {
  OptimizerStep step{OptimizerKind::kSgd, 0.1, 0.5, 0.0, 1};
  std::vector<float> w = {1, -2}, v = {0, 0};
  ApplyStep(step, std::vector<float>{1, 2}, w, v, {});
  EXPECT_FLOAT_EQ(w[0], 0.9f);
  EXPECT_FLOAT_EQ(w[1], -2.2f);
  // v = 0.5 * (1, 2) + (2, -4) = (2.5, -3).
  ApplyStep(step, std::vector<float>{2, -4}, w, v, {});
  EXPECT_FLOAT_EQ(v[0], 2.5f);
  EXPECT_FLOAT_EQ(v[1], -3.0f);
  EXPECT_FLOAT_EQ(w[0], 0.65f);
  EXPECT_FLOAT_EQ(w[1], -1.9f);
}

// The paper's algorithm 1, in double, for several steps.
TEST(Adam, FollowsItsPaper) {
  const double b1 = 0.9, b2 = 0.99, rate = 0.05;
  double w_expected = 1.0, m = 0, s = 0;
  std::vector<float> w = {1}, m_array = {0}, s_array = {0};
  for (int t = 1; t <= 5; ++t) {
    const double g = 0.3 * t - 0.8;
    m = b1 * m + (1 - b1) * g;
    s = b2 * s + (1 - b2) * g * g;
    const double m_hat = m / (1 - std::pow(b1, t)), s_hat = s / (1 - std::pow(b2, t));
    w_expected -= rate * m_hat / (std::sqrt(s_hat) + 1e-8);
    ApplyStep({OptimizerKind::kAdam, rate, b1, b2, t}, std::vector<float>{static_cast<float>(g)}, w,
              m_array, s_array);
    EXPECT_NEAR(w[0], w_expected, 1e-5) << "step " << t;
  }
}

// With bias correction the first step is the rate, whatever the gradient's size.
TEST(Adam, FirstStepIsTheRate) {
  for (float g : {1e-3f, 1.0f, 50.0f}) {
    std::vector<float> w = {0}, m = {0}, s = {0};
    ApplyStep({OptimizerKind::kAdam, 0.01, 0.9, 0.999, 1}, std::vector<float>{g}, w, m, s);
    EXPECT_NEAR(w[0], -0.01, 1e-6);
  }
}

// Kingma and Ba 2015, algorithm 2, in double, for several steps.
TEST(AdaMax, FollowsItsPaper) {
  const double b1 = 0.9, b2 = 0.99, rate = 0.05;
  double w_expected = 1.0, m = 0, u = 0;
  std::vector<float> w = {1}, m_array = {0}, u_array = {0};
  for (int t = 1; t <= 5; ++t) {
    const double g = 0.3 * t - 0.8;
    m = b1 * m + (1 - b1) * g;
    u = std::max(b2 * u, std::abs(g));
    w_expected -= rate / (1 - std::pow(b1, t)) * m / (u + 1e-8);
    ApplyStep({OptimizerKind::kAdaMax, rate, b1, b2, t}, std::vector<float>{static_cast<float>(g)},
              w, m_array, u_array);
    EXPECT_NEAR(w[0], w_expected, 1e-5) << "step " << t;
  }
}

// Rate 2^-6 / (1 - 0.9) = 0.156 rounds to 2^-3, 1 / 0.3 to 4; m = 0.03.
TEST(ShiftAdaMax, StepsAreShifts) {
  std::vector<float> w = {0}, m = {0}, u = {0};
  ApplyStep({OptimizerKind::kShiftAdaMax, 0x1p-6, 0.9, 0.999, 1}, std::vector<float>{0.3f}, w, m,
            u);
  EXPECT_NEAR(w[0], -0.125 * 4 * 0.03, 1e-7);
}

TEST(StateArrays, OneForSgdTwoForAdam) {
  EXPECT_EQ(StateArrays(OptimizerKind::kSgd), 1);
  EXPECT_EQ(StateArrays(OptimizerKind::kAdam), 2);
}

}  // namespace
}  // namespace dc::train
