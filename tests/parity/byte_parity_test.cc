#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/byte_form.h"
#include "runtime/kernels/byte_permute.h"
#include "runtime/kernels/rest_gather.h"

namespace dc::runtime {
namespace {

std::vector<SparseSample> ByteSamples() {
  std::vector<SparseSample> samples = {
      {"", 1, 1, 1.0, 2, true},       {"", 5, 40, 0.0, 4, true},    {"", 50, 1, 0.5, 8, true},
      {"", 1, 700, 0.1, 8, true},     {"", 34, 65, 1.0, 16, true},  {"", 40, 300, 0.09, 1, false},
      {"", 40, 300, 0.09, 15, false}, {"", 140, 300, -2, 16, true}, {"", 150, 200, 0.3, 16, true}};
  for (uint32_t rows : {31u, 32u, 33u, 63u, 65u, 127u, 129u}) {
    for (uint32_t columns : {15u, 63u, 64u, 65u, 128u, 200u}) {
      samples.push_back({"", rows, columns, 0.25, 16, true});
    }
  }
  return samples;
}

const std::vector<std::vector<uint8_t>> kByteWords = {
    {0}, {1}, {2}, {3}, {4, 0, 1}, {7}, {1, 1, ByteMatrix::kMostWords}};

// Some with a range on both sides of 0, some without negative numbers.
std::vector<float> Inputs(uint32_t columns, Rng& rng) {
  std::vector<float> x = RandomFloats(columns, rng);
  if (columns % 2 == 0) {
    for (float& value : x) value = std::max(value, 0.0f);
  }
  return x;
}

std::vector<uint8_t> Room(size_t count) {
  return std::vector<uint8_t>(count + ByteMatrix::kColumns, 0xAA);
}

// Which positions of the matrix are in the rest.
std::vector<bool> PositionsOfRest(const ByteMatrix& w) {
  std::vector<bool> in_rest(size_t{w.rows} * w.columns);
  for (size_t slot = 0; slot < w.rest.slot_rows.size(); ++slot) {
    const uint32_t row = w.rest.slot_rows[slot];
    if (row == w.rows) continue;
    for (RestMatrix::Row rest(w.rest, slot); rest.more(); rest.Next()) {
      in_rest[size_t{row} * w.columns + rest.column()] = true;
    }
  }
  return in_rest;
}

TEST(QuantizeBytes, TakesTheRangeThatHasZero) {
  const auto numbers = [](const std::vector<float>& x, ByteRange* range) {
    std::vector<uint8_t> bytes = Room(x.size());
    *range = QuantizeBytesRef(x.data(), x.size(), bytes.data());
    // Filled up to 64.
    for (size_t i = x.size(); i < 64; ++i) EXPECT_EQ(bytes[i], 0);
    EXPECT_EQ(bytes[64], 0xAA);
    bytes.resize(x.size());
    return bytes;
  };
  ByteRange range;
  // In steps of 1/2: 0 to 255, and -64 to 191. 0.24 is nearer to 0, 0.26 to 1/2.
  EXPECT_EQ(numbers({0, 127.5f, 1, 0.24f, 0.26f}, &range), (std::vector<uint8_t>{0, 255, 2, 0, 1}));
  EXPECT_EQ(range.scale, 0.5f);
  EXPECT_EQ(range.zero, 0);
  EXPECT_EQ(numbers({-32, 95.5f, 0, 1}, &range), (std::vector<uint8_t>{0, 255, 64, 66}));
  EXPECT_EQ(range.zero, 64);
  // All below 0: 255 stands for 0.
  EXPECT_EQ(numbers({-127.5f, -1}, &range), (std::vector<uint8_t>{0, 253}));
  EXPECT_EQ(range.zero, 255);
  EXPECT_EQ(numbers({0, 0, 0}, &range), (std::vector<uint8_t>{0, 0, 0}));
  EXPECT_EQ(range.scale, 1.0f);
  // Too far apart for a float.
  constexpr float kMost = std::numeric_limits<float>::max();
  EXPECT_EQ(numbers({-kMost, kMost, 0}, &range), (std::vector<uint8_t>{0, 255, 128}));
}

TEST(QuantizeBytes, RoundsAlikeOnEveryPath) {
  if (!BytePermuteIsFast()) GTEST_SKIP() << "no AVX-512 VBMI and VNNI here";
  Rng rng(5);
  for (uint32_t count = 1; count < 200; ++count) {
    const std::vector<float> x = Inputs(count, rng);
    std::vector<uint8_t> expected = Room(count), actual = Room(count);
    const ByteRange a = QuantizeBytesRef(x.data(), count, expected.data());
    const ByteRange b = QuantizeBytesSimd(x.data(), count, actual.data());
    EXPECT_EQ(a.scale, b.scale);
    EXPECT_EQ(a.zero, b.zero);
    EXPECT_EQ(expected, actual) << count;
  }
}

// Words and rest together are the matrix: against sums over its survivors of the inputs and the
// centroids as they are rounded.
TEST(BytePermuteParityTest, ReferenceIsTheMatrixProduct) {
  for (const SparseSample& sample : ByteSamples()) {
    const StoredSample stored = MakeSample(sample);
    const SparseRows& rows = stored.rows;
    Rng rng(3);
    const std::vector<float> x = Inputs(sample.columns, rng);
    const std::vector<float> bias = RandomFloats(sample.rows, rng);
    std::vector<uint8_t> bytes = Room(sample.columns);
    const ByteRange range = QuantizeBytesRef(x.data(), x.size(), bytes.data());
    float most = 0;
    for (const float value : stored.codebook) most = std::max(most, std::abs(value));
    for (const auto& words : kByteWords) {
      const ByteMatrix w =
          LayOutBytes(rows, false, stored.codebook, PlanOf<ByteMatrix>(sample.rows, words));
      std::vector<float> y(sample.rows);
      BytePermuteRef(w, 0, w.slices(), bytes.data(), range, {.bias = bias.data()}, y.data());
      // What the rest has is not rounded; without words that is all.
      const auto in_rest = PositionsOfRest(w);
      for (uint32_t r = 0; r < sample.rows; ++r) {
        double sum = bias[r], magnitudes = std::abs(bias[r]) + 1;
        for (uint64_t i = rows.begin[r]; i < rows.begin[r + 1]; ++i) {
          const uint32_t column = rows.positions[i] - r * sample.columns;
          if (in_rest[rows.positions[i]]) continue;
          const double step = most / 127.0;
          const double weight = step * std::nearbyint(stored.codebook[rows.codes[i]] / step);
          const double input = double{range.scale} * (bytes[column] - range.zero);
          EXPECT_NEAR(input, x[column], 0.501 * range.scale);
          sum += weight * input;
          magnitudes += std::abs(weight * input);
        }
        EXPECT_NEAR(y[r], sum, 1e-5 * magnitudes) << sample.rows << "x" << sample.columns;
      }
    }
  }
}

TEST(BytePermuteParityTest, SimdIsTheReferenceBitForBit) {
  if (!BytePermuteIsFast()) GTEST_SKIP() << "no AVX-512 VBMI and VNNI here";
  for (const SparseSample& sample : ByteSamples()) {
    const StoredSample stored = MakeSample(sample);
    Rng rng(4);
    const std::vector<float> x = Inputs(sample.columns, rng);
    const std::vector<float> bias = RandomFloats(sample.rows, rng);
    const std::vector<float> scale = RandomScales(sample.rows, rng);
    const Epilogue epilogue{.scale = sample.columns % 2 ? scale.data() : nullptr,
                            .bias = bias.data()};
    std::vector<uint8_t> bytes = Room(sample.columns);
    const ByteRange range = QuantizeBytesRef(x.data(), x.size(), bytes.data());
    for (const auto& words : kByteWords) {
      const ByteMatrix w =
          LayOutBytes(stored.rows, false, stored.codebook, PlanOf<ByteMatrix>(sample.rows, words));
      std::vector<float> expected(sample.rows, 99.0f), actual(sample.rows, -99.0f);
      BytePermuteRef(w, 0, w.slices(), bytes.data(), range, epilogue, expected.data());
      // In two parts: a part must not touch the rows of the other.
      const size_t part = w.slices() / 3;
      BytePermuteSimd(w, part, w.slices(), bytes.data(), range, epilogue, actual.data());
      BytePermuteSimd(w, 0, part, bytes.data(), range, epilogue, actual.data());
      EXPECT_EQ(expected, actual) << sample.rows << "x" << sample.columns;
    }
  }
}

}  // namespace
}  // namespace dc::runtime
