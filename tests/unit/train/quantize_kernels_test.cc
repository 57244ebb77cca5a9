// The loops of quantizers of values on every instruction set that this machine has, against the
// functions of one number that the rest of the project uses.
#include "train/kernels/quantize_kernels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "unit/train/every_target.h"

namespace dc::train {
namespace {

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Inside, on and beyond the ends of a grid of 3 bits with the scale 0.25, halves among them; as
// many as no vector divides.
std::vector<float> Inputs() {
  std::vector<float> x = {0.0f,    -0.0f, 0.125f, 0.375f, -0.125f, 0.25f,     1.75f,     1.76f,
                          -0.001f, 2.0f,  -3.0f,  0.62f,  kNaN,    kInfinity, -kInfinity};
  const AlignedFloats more = RandomFloats(46, 8);
  x.insert(x.end(), more.data(), more.data() + more.size());
  return x;
}

constexpr float kScale = 0.25f;

op::UniformGrid GridOf(op::Rounding rounding, float offset) {
  return {.low = 0, .high = 7, .offset = offset, .rounding = rounding};
}

void ExpectSame(const std::vector<float>& got, const std::vector<float>& expected) {
  for (size_t i = 0; i < expected.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(got[i])) << i;
    } else {
      EXPECT_EQ(got[i], expected[i]) << i;
    }
  }
}

TEST(QuantizeKernels, ToGridIsTheGridByEveryRounding) {
  const std::vector<float> x = Inputs();
  for (int rule = 0; rule <= static_cast<int>(op::Rounding::kDown); ++rule) {
    for (const float offset : {0.0f, 3.0f}) {
      const op::UniformGrid grid = GridOf(static_cast<op::Rounding>(rule), offset);
      std::vector<float> expected;
      for (const float value : x) expected.push_back(grid(value, kScale));
      OnEveryTarget([&] {
        std::vector<float> y(x.size());
        QuantizeToGrid(grid, kScale, x.data(), static_cast<int64_t>(x.size()), y.data());
        ExpectSame(y, expected);
      });
    }
  }
}

TEST(QuantizeKernels, ToSigns) {
  const std::vector<float> x = Inputs();
  std::vector<float> expected;
  for (const float value : x) {
    expected.push_back(std::isnan(value) ? value : value >= 0 ? kScale : -kScale);
  }
  OnEveryTarget([&] {
    std::vector<float> y(x.size());
    QuantizeToSigns(kScale, x.data(), static_cast<int64_t>(x.size()), y.data());
    ExpectSame(y, expected);
  });
}

TEST(QuantizeKernels, GradientsPassInsideTheEnds) {
  const std::vector<float> x = Inputs();
  const op::UniformGrid grid = GridOf(op::Rounding::kHalfEven, 1.0f);
  std::vector<float> dy, on_grid, between;
  for (size_t i = 0; i < x.size(); ++i) {
    dy.push_back(static_cast<float>(i) + 1);
    // Places from 0 to 7 are values from -0.25 to 1.5.
    on_grid.push_back(x[i] >= -0.25f && x[i] <= 1.5f ? dy[i] : 0);
    between.push_back(x[i] > -0.125f && x[i] < 0.25f ? dy[i] : 0);
  }
  OnEveryTarget([&] {
    std::vector<float> dx(x.size());
    const auto count = static_cast<int64_t>(x.size());
    PassInsideGrid(grid, kScale, x.data(), dy.data(), count, dx.data());
    EXPECT_EQ(dx, on_grid);
    PassBetween(-0.125f, 0.25f, x.data(), dy.data(), count, dx.data());
    EXPECT_EQ(dx, between);
  });
}

// Esser et al. 2020, equation 3, by hand.
TEST(QuantizeKernels, SlopesByTheScale) {
  const op::UniformGrid grid = GridOf(op::Rounding::kHalfEven, 0.0f);
  // Below, inside (0.4 of a step, 2.6 steps) and above.
  const std::vector<float> x = {-1, 0.1f, 0.65f, 5}, dy = {3, 2, -5, 0.5f};
  const double expected = 3 * 0 + 2 * (0 - 0.4) - 5 * (3 - 2.6) + 0.5 * 7;
  OnEveryTarget([&] {
    EXPECT_NEAR(SumOfScaleSlopes(grid, kScale, x.data(), dy.data(), 4), expected, 1e-5);
    // A row of several vectors is the sum of its parts.
    std::vector<float> long_x, long_dy;
    for (int i = 0; i < 9; ++i) {
      long_x.insert(long_x.end(), x.begin(), x.end());
      long_dy.insert(long_dy.end(), dy.begin(), dy.end());
    }
    EXPECT_NEAR(SumOfScaleSlopes(grid, kScale, long_x.data(), long_dy.data(), 36), 9 * expected,
                1e-4);
  });
}

}  // namespace
}  // namespace dc::train
