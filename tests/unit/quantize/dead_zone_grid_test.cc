#include "quantize/dead_zone_grid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/half.h"
#include "quantize/policy.h"
#include "quantize/rate_codebook.h"

namespace dc {
namespace {

using testing::ElementsAre;

TEST(DeadZoneGrid, ReachesTheLargestValue) {
  const DeadZoneGrid grid = DeadZoneGrid::Reaching(std::vector<float>{1, -3, 0}, 3);
  EXPECT_THAT(grid.Entries(), ElementsAre(-3, -2, -1, 0, 1, 2, 3));
  EXPECT_THAT(DeadZoneGrid::Reaching(std::vector<float>{2}, 2).Entries(), ElementsAre(-2, 0, 2));
}

TEST(DeadZoneGrid, IsFoundAgainInItsCodebook) {
  const auto reaching = [](std::vector<float> entries) {
    const auto grid = DeadZoneGrid::With(entries, 3);
    return grid ? grid->step : 0;
  };
  EXPECT_EQ(reaching({0, -0.75f, 0.5f}), 0.25f);
  EXPECT_EQ(reaching({0, 0.5f, -0.5f}), 0.25f);  // 0.5 / 3 has too many bits
  EXPECT_EQ(reaching({0, 0.5f, 0.3f}), 0);
  EXPECT_EQ(reaching({0}), 0);
}

TEST(DeadZoneGrid, MultiplesOfAStepAreFloats) {
  for (const float step : {0.1f, 1e-20f, -3.7f, 12345.678f}) {
    const float rounded = GridStep(step);
    EXPECT_NEAR(rounded / std::abs(step), 1.0f, 1.0f / 256);
    EXPECT_EQ(HalfToFloat(FloatToHalf(7 * GridStep(0.1f))), 7 * GridStep(0.1f));
    for (const int n : {3, 127, 32767}) {
      const double exact = static_cast<double>(rounded) * n;
      EXPECT_EQ(static_cast<double>(static_cast<float>(exact)), exact);
    }
  }
  EXPECT_GT(GridStep(0), 0);
}

TEST(DeadZoneGrid, ValuesGoToZeroFromFartherAway) {
  // -1, 0 and 1 occur 2, 12 and 2 times: 3, 0.415 and 3 bits.
  std::vector<float> values(12, 0.1f);
  values.insert(values.end(), {1, 1, -1, -1});
  const std::vector<float> bounds = DeadZoneGrid{1, 1}.DeadZoneBounds(values);
  const float beyond_half = static_cast<float>(std::log(2.0) / 6 * (3 - std::log2(16.0 / 12)) / 2);
  ASSERT_EQ(bounds.size(), 3u);
  EXPECT_NEAR(beyond_half, 0.1493f, 1e-4f);
  EXPECT_NEAR(bounds[0], -0.5f - beyond_half, 1e-6f);
  EXPECT_NEAR(bounds[1], 0.5f + beyond_half, 1e-6f);
  EXPECT_EQ(bounds[2], std::numeric_limits<float>::infinity());
}

TEST(DeadZonePolicy, RoundsToItsGridButNearZero) {
  std::vector<float> values(12, 0.1f);
  values.insert(values.end(), {1, 0.7f, -0.6f, -1, 0});
  const auto weight = QuantizeWeight(Tensor::F32({1, 17}, values), "dead_zone", 2, {}, 1, nullptr);
  ASSERT_TRUE(weight.ok());
  std::vector<float> expected(12, 0.0f);
  expected.insert(expected.end(), {1, 1, 0, -1, 0});
  EXPECT_EQ(weight->Values(), expected);
}

TEST(DeadZonePolicy, TrainingGoesOnFromWhatItFinds) {
  const Policy* policy = *FindPolicy("dead_zone");
  QuantizedWeight weight;
  weight.shape = {1, 40};
  weight.codebook = {0, -0.5f, 0.25f};
  weight.codes.assign(40, 0);
  weight.codes[3] = 1;
  weight.codes[5] = 2;
  weight.bits = 3;
  const std::vector<float> values = weight.Values();
  ConstrainedWeight constrained = policy->MakeConstraint(weight, values);
  std::vector<float> effective(40);
  constrained.constraint->Project(constrained.latent, effective, 0);
  EXPECT_EQ(effective, values);
  EXPECT_EQ(policy->Finish(weight, constrained.latent).Values(), values);
}

}  // namespace
}  // namespace dc
