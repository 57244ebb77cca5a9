// Convolution by Winograd's method against the sum that it stands for, in double.
#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/forms/winograd_form.h"
#include "runtime/kernels/shift.h"
#include "runtime/operators/winograd_op.h"

namespace dc::runtime {
namespace {

struct Case {
  uint32_t rows, channels;  // of all groups
  uint32_t groups;
  int64_t height, width;
  int64_t pads[4];  // top, left, bottom, right
  size_t lanes, entries;  // no entries: plain values
};

const Case kCases[] = {
    {1, 1, 1, 3, 3, {0, 0, 0, 0}, 1, 2},       {1, 1, 1, 1, 1, {1, 1, 1, 1}, 1, 16},
    {16, 3, 1, 5, 7, {1, 1, 1, 1}, 1, 17},     {17, 33, 1, 13, 13, {1, 1, 1, 1}, 1, 256},
    {40, 70, 1, 14, 9, {0, 2, 1, 0}, 1, 5},    {33, 6, 3, 8, 21, {2, 0, 0, 1}, 1, 100},
    {5, 4, 1, 60, 66, {1, 1, 1, 1}, 1, 30},    {3, 150, 1, 10, 70, {1, 1, 1, 1}, 1, 4},
    {2, 2, 1, 4, 300, {0, 1, 0, 1}, 1, 16},    {20, 5, 1, 7, 6, {1, 1, 1, 1}, 16, 16},
    {34, 40, 2, 9, 11, {1, 0, 1, 0}, 48, 200}, {7, 3, 1, 12, 30, {2, 2, 2, 2}, 64, 9},
    {17, 33, 1, 13, 13, {1, 1, 1, 1}, 1, 0},   {34, 40, 2, 9, 11, {1, 0, 1, 0}, 48, 0},
};

SlidingWindow WindowOf(const Case& c) {
  SlidingWindow window;
  window.y = {.in = c.height, .kernel = 3, .pad_begin = c.pads[0], .pad_end = c.pads[2]};
  window.x = {.in = c.width, .kernel = 3, .pad_begin = c.pads[1], .pad_end = c.pads[3]};
  window.y.out = window.y.padded() - 2;
  window.x.out = window.x.padded() - 2;
  return window;
}

void Check(const Case& c, ThreadPool* pool, bool finite = true) {
  if (finite) Check(c, pool, false);
  Rng rng(c.rows + c.channels);
  const SlidingWindow window = WindowOf(c);
  const uint32_t group_rows = c.rows / c.groups, group_channels = c.channels / c.groups;
  Constant weight{.codebook = RandomFloats(c.entries, rng)};
  for (size_t i = 0; i < size_t{c.rows} * group_channels * 9; ++i) {
    if (c.entries == 0) {
      weight.values.push_back(static_cast<float>(rng.Normal()));
    } else {
      weight.codes.push_back(static_cast<uint16_t>(rng.Below(static_cast<uint32_t>(c.entries))));
    }
  }
  const Constant stored = weight;
  const auto value = [&stored](size_t i) {
    return stored.values.empty() ? stored.codebook[stored.codes[i]] : stored.values[i];
  };
  WeightSource source(std::move(weight),
                      {.product = Product::kShift,
                       .rows = c.rows,
                       .columns = group_channels * 9,
                       .groups = c.groups},
                      1.0f, {}, SimdKernels(), std::pmr::get_default_resource());
  LayerWeight layer{.form = std::make_unique<WinogradForm>(source)};
  layer.form->LayOut(&source);
  const std::vector<float> bias = RandomFloats(c.rows, rng), scale = RandomScales(c.rows, rng);
  layer.epilogue = {.bias = bias, .low = -9.0f, .high = 11.0f};
  const bool scaled = c.width % 2 == 1;
  if (scaled) layer.epilogue.scale = scale;
  const size_t out_y = static_cast<size_t>(window.y.out), out_x = static_cast<size_t>(window.x.out);
  const size_t plane = static_cast<size_t>(c.height * c.width) * c.lanes;
  std::vector<float> x = RandomFloats(c.channels * plane + kReadSlack, rng);
  if (!finite) MakeSomeNotFinite(&x, rng);
  std::vector<float> y(c.rows * out_y * out_x * c.lanes + 8, 77.0f);
  const std::unique_ptr<OperatorKernel> op =
      MakeWinograd(std::move(layer), window, c.channels, 3, SimdKernels());
  std::vector<float> scratch(op->ScratchFloats(c.lanes) + kReadSlack, 55.0f);
  const float* const inputs[] = {x.data()};
  op->Run({.lanes = c.lanes,
           .inputs = inputs,
           .output = y.data(),
           .scratch = scratch.data(),
           .pool = pool});

  size_t at = 0;
  for (size_t row = 0; row < c.rows; ++row) {
    const size_t group = row / group_rows;
    std::vector<double> sums;
    double most = 1;  // of a sum's magnitudes: an output's error comes from all inputs of its tile
    for (size_t oy = 0; oy < out_y; ++oy) {
      for (size_t ox = 0; ox < out_x; ++ox) {
        for (size_t lane = 0; lane < c.lanes; ++lane) {
          double sum = 0, magnitudes = std::abs(bias[row]);
          for (size_t column = 0; column < group_channels * 9; ++column) {
            const int64_t iy = static_cast<int64_t>(oy + column % 9 / 3) - c.pads[0];
            const int64_t ix = static_cast<int64_t>(ox + column % 3) - c.pads[1];
            if (iy < 0 || iy >= c.height || ix < 0 || ix >= c.width) continue;
            const size_t channel = group * group_channels + column / 9;
            const double term =
                double{value(row * group_channels * 9 + column)} *
                x[channel * plane + static_cast<size_t>(iy * c.width + ix) * c.lanes + lane];
            sum += term;
            magnitudes += std::abs(term);
          }
          sums.push_back((scaled ? scale[row] : 1) * sum + bias[row]);
          if (std::isfinite(magnitudes)) most = std::max(most, magnitudes);
        }
      }
    }
    for (size_t i = 0; i < sums.size(); ++i, ++at) {
      // Written so that NaN is kept.
      const double expected = std::min(std::max(sums[i], -9.0), 11.0);
      SCOPED_TRACE(testing::Message() << "row " << row << ", output " << i);
      if (!std::isfinite(sums[i])) {
        ExpectSame(y[at], static_cast<float>(expected));
      } else {
        ASSERT_NEAR(y[at], expected, 1e-6 * most);
      }
    }
  }
  for (; at < y.size(); ++at) EXPECT_EQ(y[at], 77.0f) << "beyond the end";
}

TEST(WinogradParityTest, OnAllTargets) {
  OnEveryTarget([] {
    if (!WinogradIsCovered()) return;
    for (const Case& c : kCases) {
      SCOPED_TRACE(&c - kCases);
      Check(c, nullptr);
    }
  });
}

TEST(WinogradParityTest, WithThreads) {
  if (!WinogradIsCovered()) GTEST_SKIP() << "this machine convolves directly";
  ThreadPool pool(3);
  for (const Case& c : kCases) {
    SCOPED_TRACE(&c - kCases);
    Check(c, &pool);
  }
}

TEST(WinogradParityTest, CostsMoreWhereTilesAreFew) {
  const auto cost = [](int64_t size, int64_t channels, uint32_t rows) {
    const SlidingWindow window =
        WindowOf({.groups = 1, .height = size, .width = size, .pads = {1, 1, 1, 1}});
    return WinogradCost(WinogradUseOf(window, channels), rows, 1);
  };
  EXPECT_LT(cost(56, 256, 256), 0.5);
  EXPECT_LT(cost(56, 256, 256), cost(14, 256, 256));
  EXPECT_GT(cost(224, 3, 64), 1);  // the outputs' transforms for three channels alone
  SlidingWindow strided = WindowOf({.height = 20, .width = 20});
  strided.x.stride = 2;
  EXPECT_EQ(WinogradCost(WinogradUseOf(strided, 64), 64, 1),
            std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace dc::runtime
