// The convolution and pooling kernels on every instruction set that this machine has.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "train/kernels/lane_kernels.h"
#include "train/kernels/pool_kernels.h"
#include "unit/train/every_target.h"

namespace dc::train {
namespace {

// 3 -> 6 channels, 3x5 kernel, one row of padding at the top, 4 rows of 13 (tiles of 5, 4 and 4).
const LaneShape kShape = {3, 5, 17, 6, 4, 13, 3, 5, 1};

// Pixel (channel, row, column) of `image`; rows outside are zero.
double Input(const AlignedFloats& x, int64_t c, int64_t row, int64_t column, int64_t image) {
  if (row < 0 || row >= kShape.in_height) return 0;
  return x.data()[((c * kShape.in_height + row) * kShape.in_width + column) * kLanes + image];
}

TEST(LaneConvolve, MatchesPlainLoops) {
  const LaneShape& s = kShape;
  const AlignedFloats x = RandomFloats(s.in_channels * s.in_height * s.in_width * kLanes, 1);
  AlignedFloats weights = RandomFloats(s.Blocks() * kLaneBlock * s.in_channels * s.Taps(), 2);
  const AlignedFloats bias = RandomFloats(s.Blocks() * kLaneBlock, 3);
  OnEveryTarget([&] {
    AlignedFloats y(s.out_channels * s.out_height * s.out_width * kLanes);
    LaneConvolve(s, x.data(), weights.data(), bias.data(), y.data());
    for (int64_t i = 0; i < static_cast<int64_t>(y.size()); ++i) {
      const int64_t image = i % kLanes, column = i / kLanes % s.out_width;
      const int64_t row = i / kLanes / s.out_width % s.out_height;
      const int64_t o = i / kLanes / s.out_width / s.out_height;
      double sum = bias.data()[o];
      for (int64_t c = 0; c < s.in_channels; ++c) {
        for (int64_t tap = 0; tap < s.Taps(); ++tap) {
          const int64_t packed =
              ((o / kLaneBlock * s.in_channels + c) * s.Taps() + tap) * kLaneBlock + o % kLaneBlock;
          sum += weights.data()[packed] *
                 Input(x, c, row + tap / s.kernel_w - s.pad_top, column + tap % s.kernel_w, image);
        }
      }
      ASSERT_NEAR(y.data()[i], sum, 1e-4) << "output " << i;
    }
  });
}

TEST(LaneWeightGradient, MatchesPlainLoops) {
  const LaneShape& s = kShape;
  const int64_t x_step = s.in_channels * s.in_height * s.in_width * kLanes;
  const int64_t plane = s.out_height * s.out_width;
  const int64_t dy_step = s.out_channels * plane * kLanes;
  const AlignedFloats x = RandomFloats(2 * x_step, 4), dy = RandomFloats(2 * dy_step, 5);
  AlignedFloats second(x_step);
  std::copy_n(x.data() + x_step, x_step, second.data());
  OnEveryTarget([&] {
    AlignedFloats sums(s.Taps() * kLaneBlock * kLanes);
    std::vector<float> dw(s.out_channels * s.in_channels * s.Taps());
    LaneWeightGradient(s, 2, x.data(), x_step, dy.data(), dy_step, sums.data(), dw.data());
    for (size_t i = 0; i < dw.size(); ++i) {
      const int64_t tap = static_cast<int64_t>(i) % s.Taps();
      const int64_t c = static_cast<int64_t>(i) / s.Taps() % s.in_channels;
      const int64_t o = static_cast<int64_t>(i) / s.Taps() / s.in_channels;
      double sum = 0;
      for (int64_t p = 0; p < plane * kLanes; ++p) {
        const int64_t image = p % kLanes, column = p / kLanes % s.out_width;
        const int64_t row = p / kLanes / s.out_width + tap / s.kernel_w - s.pad_top;
        const int64_t at = o * plane * kLanes + p;
        sum += dy.data()[at] * Input(x, c, row, column + tap % s.kernel_w, image);
        sum += dy.data()[dy_step + at] * Input(second, c, row, column + tap % s.kernel_w, image);
      }
      ASSERT_NEAR(dw[i], sum, 1e-3) << "weight " << i;
    }
  });
}

// Inner sizes below, at and above every vector size.
TEST(PoolKernels, MatchPlainLoopsForEveryInnerSize) {
  for (int64_t inner : {1, 3, 8, 16, 21}) {
    PoolShape s;
    s.outer = 2;
    s.inner = inner;
    s.axes[1] = {.in = 5, .out = 3, .kernel = 3, .stride = 2, .pad_begin = 1, .pad_end = 1};
    s.axes[2] = {.in = 4, .out = 4, .kernel = 2, .pad_end = 1};
    s.count_padding = true;
    const size_t in_size = 2 * 5 * 4 * inner, out_size = 2 * 3 * 4 * inner;
    const AlignedFloats x = RandomFloats(in_size, 6), dy = RandomFloats(out_size, 7);
    std::vector<float> y_max(out_size), y_sum(out_size), dx_max(in_size), dx_sum(in_size);
    for (size_t o = 0; o < out_size; ++o) {
      const int64_t i = static_cast<int64_t>(o) % inner, column = o / inner % 4;
      const int64_t row = o / inner / 4 % 3, image = o / inner / 12;
      size_t best = in_size;
      for (int64_t r = std::max<int64_t>(0, row * 2 - 1); r < std::min<int64_t>(5, row * 2 + 2);
           ++r) {
        for (int64_t c = column; c < std::min<int64_t>(4, column + 2); ++c) {
          const size_t at = ((image * 5 + r) * 4 + c) * inner + i;
          if (best == in_size || x.data()[at] > x.data()[best]) best = at;
          y_sum[o] += x.data()[at] / 6;
          dx_sum[at] += dy.data()[o] / 6;
        }
      }
      y_max[o] = x.data()[best];
      dx_max[best] += dy.data()[o];
    }
    OnEveryTarget([&] {
      std::vector<float> y(out_size), dx(in_size);
      MaxPoolForward(s, x.data(), y.data());
      EXPECT_EQ(y, y_max) << "inner " << inner;
      MaxPoolBackward(s, x.data(), y.data(), dy.data(), dx.data());
      for (size_t k = 0; k < in_size; ++k) ASSERT_NEAR(dx[k], dx_max[k], 1e-5);
      AveragePoolForward(s, x.data(), y.data());
      for (size_t k = 0; k < out_size; ++k) ASSERT_NEAR(y[k], y_sum[k], 1e-5);
      AveragePoolBackward(s, dy.data(), dx.data());
      for (size_t k = 0; k < in_size; ++k) ASSERT_NEAR(dx[k], dx_sum[k], 1e-5);
    });
  }
}

}  // namespace
}  // namespace dc::train
