// The dense kernels, panel_dot and panel_shift.
#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "runtime/forms/panel_form.h"
#include "runtime/kernels/panel_dot.h"
#include "runtime/kernels/panel_shift.h"

namespace dc::runtime {
namespace {

struct Size {
  uint32_t rows, columns;
};

const Size kSizes[] = {{1, 1},   {1, 40},   {2, 3},   {10, 100}, {15, 7},   {16, 16}, {17, 9},
                       {33, 50}, {37, 289}, {48, 25}, {64, 33},  {100, 25}, {130, 5}};

PanelMatrix RandomPanels(const Size& size, Rng& rng) {
  return PackPanels(size.rows, size.columns, false,
                    RandomFloats(size_t{size.rows} * size.columns, rng));
}

TEST(PanelParityTest, DotOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(1);
    for (const Size& size : kSizes) {
      SCOPED_TRACE(size.rows);
      const PanelMatrix w = RandomPanels(size, rng);
      std::vector<float> x = RandomFloats(size.columns, rng);
      if (size.rows % 2 == 0) MakeSomeNotFinite(&x, rng);
      const std::vector<float> bias = RandomFloats(size.rows, rng);
      std::vector<float> expected(size.rows), actual(size.rows, -99.0f);
      const std::vector<float> scale = RandomScales(size.rows, rng);
      const Epilogue epilogue{.scale = size.columns % 2 ? scale.data() : nullptr,
                              .bias = bias.data(),
                              .low = -2.0f,
                              .high = 3.0f};
      PanelDotRef(w, 0, w.panels(), x.data(), epilogue, expected.data());
      const size_t part = w.panels() / 3;
      PanelDotSimd(w, part, w.panels(), x.data(), epilogue, actual.data());
      PanelDotSimd(w, 0, part, x.data(), epilogue, actual.data());
      for (size_t row = 0; row < size.rows; ++row) {
        float magnitudes = std::abs(bias[row]);
        for (size_t c = 0; c < size.columns; ++c) magnitudes += std::abs(w.At(row, c) * x[c]);
        ExpectSameSum(actual[row], expected[row], magnitudes, size.columns);
      }
    }
  });
}

void CheckShift(const PanelMatrix& w, Shift shift, Rng& rng) {
  const std::vector<float> bias = RandomFloats(w.rows, rng);
  const size_t y_size = w.rows * shift.y_row_stride + 64;
  std::vector<float> expected(y_size, 77.0f), actual(y_size, 77.0f);
  shift.y = expected.data();
  PanelShiftRef(w, 0, w.panels(), shift, {.bias = bias.data(), .low = -1.0f});
  shift.y = actual.data();
  const size_t part = w.panels() / 2;
  PanelShiftSimd(w, part, w.panels(), shift, {.bias = bias.data(), .low = -1.0f});
  PanelShiftSimd(w, 0, part, shift, {.bias = bias.data(), .low = -1.0f});
  std::vector<bool> is_output(y_size, false);
  for (size_t row = 0; row < w.rows; ++row) {
    for (size_t line = 0; line < shift.lines; ++line) {
      for (size_t p = 0; p < shift.length; ++p) {
        const size_t at = row * shift.y_row_stride + line * shift.y_pitch + p;
        is_output[at] = true;
        float magnitudes = std::abs(bias[row]);
        for (size_t c = 0; c < w.columns; ++c) {
          const float x = shift.x[shift.Offset(c) + line * shift.x_pitch + p];
          magnitudes += std::abs(w.At(row, c) * x);
        }
        ExpectSameSum(actual[at], expected[at], magnitudes, w.columns);
      }
    }
  }
  for (size_t i = 0; i < y_size; ++i) {
    if (is_output[i]) continue;
    ASSERT_EQ(actual[i], 77.0f) << "position " << i;
  }
}

TEST(PanelParityTest, ShiftOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(2);
    for (const Size& size : kSizes) {
      SCOPED_TRACE(size.rows);
      const PanelMatrix w = RandomPanels(size, rng);
      for (size_t length : {1, 2, 5, 8, 12, 15, 16, 17, 31, 33, 40, 49, 63, 64, 65, 100}) {
        SCOPED_TRACE(length);
        // A batch ...
        std::vector<float> batch = RandomFloats(size.columns * length + kReadSlack, rng);
        if (length % 2 == 1) MakeSomeNotFinite(&batch, rng);
        const size_t stride = length + length % 2;
        CheckShift(w, {.x = batch.data(), .unit = length, .length = length, .y_row_stride = stride},
                   rng);
        // ... and a plane of several lines.
        std::vector<uint32_t> offsets(size.columns);
        for (uint32_t& offset : offsets) offset = rng.Below(60);
        std::vector<float> plane = RandomFloats(120 + 3 * length + 8 + kReadSlack, rng);
        if (length % 2 == 1) MakeSomeNotFinite(&plane, rng);
        CheckShift(w,
                   {.x = plane.data(),
                    .offsets = offsets.data(),
                    .unit = 2,
                    .lines = 2,
                    .length = length,
                    .x_pitch = length + 4,
                    .y_pitch = stride + 2,
                    .y_row_stride = 2 * stride + 5},
                   rng);
      }
    }
  });
}

TEST(PanelParityTest, ReferencesByHand) {
  // [1 2; 3 4; 5 6] stored by columns.
  const PanelMatrix w = PackPanels(3, 2, true, std::vector<float>{1, 3, 5, 2, 4, 6});
  const float bias[] = {0.5f, 0, -100};
  const float x[] = {10, 1};
  float y[3];
  PanelDotRef(w, 0, 1, x, {.bias = bias, .low = 0}, y);
  EXPECT_EQ(y[0], 12.5f);
  EXPECT_EQ(y[1], 34);
  EXPECT_EQ(y[2], 0);
  std::vector<float> batch(4 + kReadSlack, 0.0f);
  batch[0] = 10;  // two samples: (10, 1) and (-1, 2)
  batch[1] = -1;
  batch[2] = 1;
  batch[3] = 2;
  float z[6];
  PanelShiftRef(w, 0, 1, {.x = batch.data(), .unit = 2, .length = 2, .y = z, .y_row_stride = 2},
                {.bias = bias});
  EXPECT_EQ(z[0], 12.5f);
  EXPECT_EQ(z[1], 3.5f);
  EXPECT_EQ(z[2], 34);
  EXPECT_EQ(z[3], 5);
  EXPECT_EQ(z[4], -44);
  EXPECT_EQ(z[5], -93);
}

}  // namespace
}  // namespace dc::runtime
