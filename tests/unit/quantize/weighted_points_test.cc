#include "quantize/weighted_points.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

TEST(OrderedKey, OrdersLikeTheFloats) {
  const std::vector<float> ascending = {-std::numeric_limits<float>::infinity(),
                                        -3e38f,
                                        -1.5f,
                                        -1.0f,
                                        -1e-40f,
                                        0.0f,
                                        1e-40f,
                                        1.0f,
                                        3e38f};
  for (size_t i = 0; i < ascending.size(); ++i) {
    EXPECT_EQ(FromOrderedKey(OrderedKey(ascending[i])), ascending[i]);
    if (i) {
      EXPECT_LT(OrderedKey(ascending[i - 1]), OrderedKey(ascending[i]));
    }
  }
}

TEST(MakePoints, CountsTiesAndSumsRuns) {
  const std::vector<float> values = {3, 1, 2, 1, 5, 1};
  const WeightedPoints points = MakePoints(values, 16);
  ASSERT_EQ(points.size(), 4u);
  EXPECT_TRUE(points.exact);
  EXPECT_EQ(points.Count(0, 4), 6);
  EXPECT_EQ(points.Count(0, 1), 3);
  // 1 1 1 2: mean 1.25, squared error 3 * 0.0625 + 0.5625.
  EXPECT_DOUBLE_EQ(points.Mean(0, 2) + points.center, 1.25);
  EXPECT_DOUBLE_EQ(points.Error(0, 2), 0.75);
  // 2 3 5: mean 10/3.
  EXPECT_NEAR(points.Mean(1, 4) + points.center, 10.0 / 3, 1e-12);
  EXPECT_NEAR(points.Error(1, 4), 16.0 / 9 + 1.0 / 9 + 25.0 / 9, 1e-12);
}

TEST(MakePoints, FarOutlierDoesNotBlurTheRest) {
  for (const float outlier : {-1e30f, 1e30f}) {
    const std::vector<float> values = {outlier, 0.125f, 0.25f, -0.5f, 0.375f};
    const WeightedPoints points = MakePoints(values, 16);
    const size_t first = outlier < 0 ? 1 : 0;
    EXPECT_DOUBLE_EQ(points.Mean(first + 1, first + 4) + points.center, 0.25);
    EXPECT_NEAR(points.Error(first + 1, first + 4), 2 * 0.125 * 0.125, 1e-15);
  }
}

TEST(MakePoints, BinsOfALargeWeightKeepCountSumAndOrder) {
  std::vector<float> values = LaplaceValues((1 << 20) + 12345, 3);
  values[77] = 1e20f;  // an outlier must not make the other bins coarse
  const WeightedPoints points = MakePoints(values, 65536);
  EXPECT_FALSE(points.exact);
  EXPECT_EQ(points.Count(0, points.size()), static_cast<double>(values.size()));
  EXPECT_TRUE(std::is_sorted(points.values.begin(), points.values.end()));
  EXPECT_GT(points.size(), 60000u);
  double sum = 0;
  for (const float value : values) sum += value == 1e20f ? 0.0 : value;
  const size_t rest = points.size() - 1;
  EXPECT_NEAR(points.Mean(0, rest) + points.center, sum / (static_cast<double>(values.size()) - 1),
              1e-12);
  // No bin is heavy or wide: few values share one.
  double heaviest = 0;
  for (size_t i = 0; i < points.size(); ++i) heaviest = std::max(heaviest, points.Count(i, i + 1));
  EXPECT_LT(heaviest, 200);
}

TEST(DistinctValues, StopsAtTheLimit) {
  const std::vector<float> values = {2, 1, 2, -0.0f, 0.0f, 1};
  const auto three = DistinctValues(values, 3);
  ASSERT_TRUE(three);
  EXPECT_EQ(*three, (std::vector<float>{0, 1, 2}));
  EXPECT_FALSE(DistinctValues(values, 2));
}

}  // namespace
}  // namespace dc
