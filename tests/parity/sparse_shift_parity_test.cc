#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/csb_form.h"
#include "runtime/forms/sparse_rows.h"
#include "runtime/kernels/sparse_shift.h"

namespace dc::runtime {
namespace {

// Runs both kernels on the same shift, whose y is replaced, and compares every output; positions
// that are not outputs must stay as they were.
void Check(const StoredSample& sample, const CsbMatrix& w, Shift shift, Epilogue epilogue,
           Rng& rng) {
  const std::vector<float> bias = RandomFloats(w.rows, rng), scale = RandomScales(w.rows, rng);
  epilogue.bias = bias.data();
  if (shift.length % 3 == 1) epilogue.scale = scale.data();
  const size_t y_size = w.rows * shift.y_row_stride + 64;
  std::vector<float> expected(y_size, 77.0f), actual(y_size, 77.0f);
  shift.y = expected.data();
  SparseShiftRef(w, 0, w.bands(), shift, epilogue);
  shift.y = actual.data();
  const size_t half = w.bands() / 2;
  SparseShiftSimd(w, half, w.bands(), shift, epilogue);
  SparseShiftSimd(w, 0, half, shift, epilogue);
  std::vector<bool> is_output(y_size, false);
  for (uint32_t row = 0; row < w.rows; ++row) {
    for (size_t line = 0; line < shift.lines; ++line) {
      const size_t first = row * shift.y_row_stride + line * shift.y_pitch;
      for (size_t p = 0; p < shift.length; ++p) {
        is_output[first + p] = true;
        const auto x = [&](uint32_t column) {
          return shift.x[shift.Offset(column) + line * shift.x_pitch + p];
        };
        size_t terms = 0;
        const float magnitudes = Magnitudes(sample, row, x, &terms) + std::abs(bias[row]);
        ExpectSameSum(actual[first + p], expected[first + p], magnitudes, terms);
      }
    }
  }
  for (size_t i = 0; i < y_size; ++i) {
    if (is_output[i]) continue;
    ASSERT_EQ(actual[i], 77.0f) << "position " << i;
  }
}

// Several ways to cut a matrix up: small blocks and bands as well as one of each.
std::vector<CsbShape> Shapes() {
  return {{.band_rows = 64, .block_columns = 255},
          {.band_rows = 5, .block_columns = 7},
          {.band_rows = 512, .block_columns = 100}};
}

TEST(SparseShiftParityTest, BatchesOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(5);
    for (const SparseSample& sample : SparseSamples()) {
      SCOPED_TRACE(sample.name);
      const StoredSample stored = MakeSample(sample);
      for (const CsbShape& shape : Shapes()) {
        const CsbMatrix w = LayOutCsb(stored.rows, false, stored.codebook, shape);
        for (size_t batch : {16, 32, 64}) {
          if (batch > 16 && w.columns > 1000) continue;
          std::vector<float> x = RandomFloats(w.columns * batch + kReadSlack, rng);
          if (batch > 16) MakeSomeNotFinite(&x, rng);
          const Shift shift{.x = x.data(), .unit = batch, .length = batch, .y_row_stride = batch};
          Check(stored, w, shift, batch > 16 ? Epilogue{} : Epilogue{.low = 0.0f}, rng);
        }
      }
    }
  });
}

TEST(SparseShiftParityTest, PlanesOnAllTargets) {
  OnEveryTarget([] {
    Rng rng(6);
    for (const SparseSample& sample : SparseSamples()) {
      if (sample.columns > 800) continue;
      SCOPED_TRACE(sample.name);
      const StoredSample stored = MakeSample(sample);
      for (size_t length : {1, 16, 17, 47, 96, 111, 128, 144, 200, 223, 224, 225, 300, 500}) {
        if (length > 80 && sample.name != "ragged rows") continue;
        const CsbMatrix w =
            LayOutCsb(stored.rows, false, stored.codebook,
                      {.band_rows = static_cast<uint32_t>(1 + length % 20),
                       .block_columns = static_cast<uint32_t>(1 + length * 7 % 255)});
        for (size_t unit : {1, 3}) {
          const size_t lines = 1 + length % 3;
          std::vector<uint32_t> offsets(w.columns);
          for (uint32_t& offset : offsets) offset = rng.Below(50);
          const size_t pitch = length + 1;
          const size_t x_size = 50 * unit + (lines + 1) * pitch + kReadSlack;
          const std::vector<float> x = RandomFloats(x_size, rng);
          const Shift shift{.x = x.data(),
                            .offsets = offsets.data(),
                            .unit = unit,
                            .lines = lines,
                            .length = length,
                            .x_pitch = length + 2,
                            .y_pitch = pitch,
                            .y_row_stride = lines * pitch + 2};
          Check(stored, w, shift, {.low = -1.0f, .high = 1.0f}, rng);
        }
      }
    }
  });
}

TEST(SparseShiftParityTest, FirstRowIsWhereOutputsBegin) {
  OnEveryTarget([] {
    const StoredSample stored = MakeSample({"ragged rows", 9, 20, 0.5, 16});
    const CsbMatrix w =
        LayOutCsb(stored.rows, false, stored.codebook, {.band_rows = 3, .block_columns = 8});
    Rng rng(8);
    const std::vector<float> x = RandomFloats(200, rng);
    const std::vector<float> bias = RandomFloats(9, rng);
    std::vector<uint32_t> offsets(20);
    for (uint32_t& offset : offsets) offset = rng.Below(50);
    std::vector<float> all(9 * 32), some(6 * 32);
    Shift shift{.x = x.data(),
                .offsets = offsets.data(),
                .length = 32,
                .y = all.data(),
                .y_row_stride = 32};
    SparseShiftSimd(w, 0, 3, shift, {.bias = bias.data()});
    shift.y = some.data();
    shift.first_row = 3;
    SparseShiftSimd(w, 1, 3, shift, {.bias = bias.data()});
    for (size_t i = 0; i < some.size(); ++i) EXPECT_EQ(some[i], all[3 * 32 + i]);
  });
}

TEST(SparseShiftParityTest, ReferenceByHand) {
  // One row: 2 on tap 0 and -1 on tap 2, taps shifted by 0, 1 and 4.
  const std::vector<float> codebook = {0.0f, 2.0f, -1.0f};
  const std::vector<uint32_t> positions = {0, 2};
  const std::vector<uint16_t> codes = {1, 2};
  const CsbMatrix w = LayOutCsb(FindRows(1, 3, positions, codes, codebook), false, codebook,
                                {.band_rows = 1, .block_columns = 2});
  const std::vector<uint32_t> offsets = {0, 1, 4};
  std::vector<float> x(8 + kReadSlack);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i * i);
  float y[5] = {};
  const float bias = 0.5f;
  SparseShiftRef(w, 0, 1,
                 {.x = x.data(),
                  .offsets = offsets.data(),
                  .lines = 2,
                  .length = 2,
                  .x_pitch = 3,
                  .y_pitch = 3,
                  .y = y,
                  .y_row_stride = 6},
                 {.bias = &bias});
  EXPECT_EQ(y[0], 2 * 0 - 16 + 0.5f);
  EXPECT_EQ(y[1], 2 * 1 - 25 + 0.5f);
  EXPECT_EQ(y[2], 0);
  EXPECT_EQ(y[3], 2 * 9 - 49 + 0.5f);
  EXPECT_EQ(y[4], 2 * 16 - 64 + 0.5f);
}

}  // namespace
}  // namespace dc::runtime
