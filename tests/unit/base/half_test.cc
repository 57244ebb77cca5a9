#include "base/half.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <map>

#include "base/rng.h"

namespace dc {
namespace {

// The value of a finite binary16 from its definition, in double.
double ValueOf(uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int mantissa = half & 1023;
  const double magnitude =
      exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

bool IsNan(uint16_t half) { return (half & 0x7C00) == 0x7C00 && (half & 0x03FF) != 0; }

// Rounds by looking for the nearest of all finite halves, ties to the even mantissa. What lies
// half a step or more above the largest is an infinity.
uint16_t NearestHalf(double value) {
  static const auto* const positive = [] {
    auto* map = new std::map<double, uint16_t>;
    for (uint16_t half = 0; half < 0x7C00; ++half) (*map)[ValueOf(half)] = half;
    (*map)[65536.0] = 0x7C00;  // where the next half would be
    return map;
  }();
  const double magnitude = std::fabs(value);
  const uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  if (magnitude >= 65536.0) return sign | 0x7C00;
  const auto above = positive->upper_bound(magnitude);
  const auto below = std::prev(above);
  const double up = above->first - magnitude, down = magnitude - below->first;
  const uint16_t nearest =
      up < down || (up == down && below->second % 2) ? above->second : below->second;
  return sign | nearest;
}

TEST(Half, EveryHalfSurvivesTheRoundTrip) {
  for (uint32_t h = 0; h < 65536; ++h) {
    const uint16_t half = static_cast<uint16_t>(h);
    const float value = HalfToFloat(half);
    if (IsNan(half)) {
      ASSERT_TRUE(std::isnan(value)) << h;
      ASSERT_TRUE(IsNan(FloatToHalf(value))) << h;
      ASSERT_EQ(FloatToHalf(value) & 0x8000, half & 0x8000) << h;
      continue;
    }
    if ((half & 0x7FFF) == 0x7C00) {
      ASSERT_TRUE(std::isinf(value)) << h;
    } else {
      ASSERT_EQ(static_cast<double>(value), ValueOf(half)) << h;
    }
    ASSERT_EQ(std::signbit(value), h >= 0x8000) << h;
    ASSERT_EQ(FloatToHalf(value), half) << h;
  }
}

// Between every pair of neighbours: the tie itself, and the floats next to it on either side.
TEST(Half, RoundsToNearestEven) {
  for (uint32_t h = 0; h < 0x7C00; ++h) {
    const double low = ValueOf(static_cast<uint16_t>(h));
    const double high = h == 0x7BFF ? 65536.0 : ValueOf(static_cast<uint16_t>(h + 1));
    const float tie = static_cast<float>((low + high) / 2);  // exact: one more bit than a half
    for (float sign : {1.0f, -1.0f}) {
      for (float value : {tie, std::nextafter(tie, 0.0f), std::nextafter(tie, 1e9f)}) {
        ASSERT_EQ(FloatToHalf(sign * value), NearestHalf(sign * value)) << h << " " << value;
      }
    }
  }
}

TEST(Half, RandomFloats) {
  Rng rng(11);
  for (int i = 0; i < 300'000; ++i) {
    const float value = std::bit_cast<float>(static_cast<uint32_t>(rng.Next()));
    if (std::isnan(value)) continue;
    ASSERT_EQ(FloatToHalf(value), NearestHalf(value)) << value;
  }
}

TEST(Half, Ends) {
  EXPECT_EQ(FloatToHalf(0.0f), 0x0000);
  EXPECT_EQ(FloatToHalf(-0.0f), 0x8000);
  EXPECT_EQ(FloatToHalf(1.0f), 0x3C00);
  EXPECT_EQ(FloatToHalf(65504.0f), 0x7BFF);
  EXPECT_EQ(FloatToHalf(std::nextafter(65520.0f, 0.0f)), 0x7BFF);
  EXPECT_EQ(FloatToHalf(65520.0f), 0x7C00);
  EXPECT_EQ(FloatToHalf(std::numeric_limits<float>::infinity()), 0x7C00);
  EXPECT_EQ(FloatToHalf(-std::numeric_limits<float>::max()), 0xFC00);
  EXPECT_EQ(FloatToHalf(0x1p-25f), 0x0000);  // halfway to the smallest subnormal: even is zero
  EXPECT_EQ(FloatToHalf(std::nextafter(0x1p-25f, 1.0f)), 0x0001);
  EXPECT_TRUE(IsNan(FloatToHalf(std::numeric_limits<float>::quiet_NaN())));
  // A NaN whose payload has no bit in the upper mantissa must not turn into an infinity.
  EXPECT_TRUE(IsNan(FloatToHalf(std::bit_cast<float>(0x7F800001u))));
}

}  // namespace
}  // namespace dc
