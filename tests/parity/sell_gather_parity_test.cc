#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/sell_form.h"
#include "runtime/forms/sparse_rows.h"
#include "runtime/kernels/sell_gather.h"

namespace dc::runtime {
namespace {

void Check(const SparseSample& sample, Epilogue epilogue) {
  SCOPED_TRACE(sample.name);
  const StoredSample stored = MakeSample(sample);
  const SellMatrix w = LayOutSell(stored.rows, false, stored.codebook);
  Rng rng(3);
  const std::vector<float> x = RandomFloats(w.columns, rng);
  const std::vector<float> bias = RandomFloats(w.rows, rng), scale = RandomScales(w.rows, rng);
  epilogue.bias = bias.data();
  if (w.columns % 2 == 1) epilogue.scale = scale.data();
  std::vector<float> expected(w.rows, 99.0f), actual(w.rows, -99.0f);
  SellGatherRef(w, 0, w.slices(), x.data(), epilogue, expected.data());
  // In two parts: a part must not touch the rows of the other.
  const size_t half = w.slices() / 2;
  SellGatherSimd(w, half, w.slices(), x.data(), epilogue, actual.data());
  SellGatherSimd(w, 0, half, x.data(), epilogue, actual.data());
  for (uint32_t row = 0; row < w.rows; ++row) {
    size_t terms = 0;
    const float magnitudes = Magnitudes(
        stored, row, [&](uint32_t c) { return x[c]; }, &terms);
    ExpectSameSum(actual[row], expected[row], magnitudes + std::abs(bias[row]), terms);
  }
}

TEST(SellGatherParityTest, AllSamplesOnAllTargets) {
  OnEveryTarget([] {
    for (const SparseSample& sample : SparseSamples()) {
      Check(sample, Epilogue{});
      Check(sample, Epilogue{.low = 0.0f});
      Check(sample, Epilogue{.low = -0.25f, .high = 0.5f});
    }
  });
}

// The reference against the definition, element by element.
TEST(SellGatherParityTest, ReferenceByHand) {
  // Row 0: 2 at column 1; row 1: nothing; row 2: -1 at column 0 and 2 at column 2.
  const std::vector<float> codebook = {0.0f, 2.0f, -1.0f};
  const std::vector<uint32_t> positions = {1, 6, 8};
  const std::vector<uint16_t> codes = {1, 2, 1};
  const SellMatrix w = LayOutSell(FindRows(3, 3, positions, codes, codebook), false, codebook);
  const float x[] = {10, 20, 30};
  const float bias[] = {1, -2, 3};
  float y[3];
  SellGatherRef(w, 0, 1, x, {.bias = bias}, y);
  EXPECT_EQ(y[0], 41);
  EXPECT_EQ(y[1], -2);
  EXPECT_EQ(y[2], 53);
  SellGatherRef(w, 0, 1, x, {.bias = bias, .low = 0, .high = 50}, y);
  EXPECT_EQ(y[1], 0);
  EXPECT_EQ(y[2], 50);
  if (kForSize) return;
  const float scale[] = {0.5f, 7, -1};
  SellGatherRef(w, 0, 1, x, {.scale = scale, .bias = bias}, y);
  EXPECT_EQ(y[0], 21);
  EXPECT_EQ(y[1], -2);
  EXPECT_EQ(y[2], -47);
}

}  // namespace
}  // namespace dc::runtime
