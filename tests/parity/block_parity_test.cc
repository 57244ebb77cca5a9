#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/kernels/block_permute.h"
#include "runtime/kernels/sell_gather.h"

namespace dc::runtime {
namespace {

std::vector<SparseSample> Samples() {
  std::vector<SparseSample> samples = {
      {"", 1, 1, 1.0, 2, true},       {"", 5, 40, 0.0, 4, true},    {"", 50, 1, 0.5, 8, true},
      {"", 1, 700, 0.1, 8, true},     {"", 18, 65, 1.0, 16, true},  {"", 40, 300, 0.09, 1, false},
      {"", 40, 300, 0.09, 31, false}, {"", 40, 300, 0.09, 32, true}};
  for (uint32_t rows : {15u, 16u, 17u, 31u, 33u, 47u, 49u}) {
    for (uint32_t columns : {15u, 16u, 31u, 32u, 33u, 95u, 100u}) {
      samples.push_back({"", rows, columns, 0.25, 16, true});
    }
  }
  return samples;
}

// Blocks and overflow together are the matrix: the reference against a dense product.
TEST(BlockPermuteParityTest, ReferenceIsTheMatrixProduct) {
  for (const SparseSample& sample : Samples()) {
    const StoredSample stored = MakeSample(sample);
    const SparseRows& rows = stored.rows;
    Rng rng(3);
    const std::vector<float> x = RandomFloats(sample.columns, rng);
    const std::vector<float> bias = RandomFloats(sample.rows, rng);
    for (uint32_t words : {1u, 2u, 4u}) {
      const BlockMatrix w = LayOutBlocks(stored.rows, false, stored.codebook, words);
      std::vector<float> y(sample.rows);
      BlockPermuteRef(w, 0, w.slices(), x.data(), bias.data(), y.data());
      SellGatherRef(w.overflow, 0, w.overflow.slices(), x.data(), y.data(), {}, y.data());
      for (uint32_t r = 0; r < sample.rows; ++r) {
        double sum = bias[r], magnitudes = std::abs(bias[r]);
        for (uint64_t i = rows.begin[r]; i < rows.begin[r + 1]; ++i) {
          const double term =
              double{stored.codebook[rows.codes[i]]} * x[rows.positions[i] - r * sample.columns];
          sum += term;
          magnitudes += std::abs(term);
        }
        EXPECT_NEAR(y[r], sum, 1e-5 * (magnitudes + 1)) << sample.rows << "x" << sample.columns;
      }
    }
  }
}

TEST(BlockPermuteParityTest, AllSamplesOnAllTargets) {
  OnEveryTarget([] {
    for (const SparseSample& sample : Samples()) {
      const StoredSample stored = MakeSample(sample);
      Rng rng(4);
      const std::vector<float> x = RandomFloats(sample.columns, rng);
      const std::vector<float> bias = RandomFloats(sample.rows, rng);
      for (uint32_t words : {1u, 2u, 3u}) {
        const BlockMatrix w = LayOutBlocks(stored.rows, false, stored.codebook, words);
        std::vector<float> expected(sample.rows, 99.0f), actual(sample.rows, -99.0f);
        BlockPermuteRef(w, 0, w.slices(), x.data(), bias.data(), expected.data());
        // In two parts: a part must not touch the rows of the other.
        const size_t part = w.slices() / 3;
        BlockPermuteSimd(w, part, w.slices(), x.data(), bias.data(), actual.data());
        BlockPermuteSimd(w, 0, part, x.data(), bias.data(), actual.data());
        for (uint32_t r = 0; r < sample.rows; ++r) {
          float magnitudes = std::abs(bias[r]);
          size_t terms = 1;
          w.ForEachSlot(r, [&](uint32_t column, uint32_t code) {
            if (column >= sample.columns || w.codebook[code] == 0.0f) return;
            magnitudes += std::abs(w.codebook[code] * x[column]);
            ++terms;
          });
          ExpectSameSum(actual[r], expected[r], magnitudes, terms);
        }
      }
    }
  });
}

TEST(BlockPermuteParityTest, BlocksAreChosenWhereTheyFill) {
  const auto words = [](double density, uint32_t entries) {
    return ChooseBlockWords(MakeSample({"", 512, 1024, density, 16, true}).rows, false, entries)
        .words;
  };
  EXPECT_EQ(words(0.01, 16), 0u);
  EXPECT_EQ(words(0.09, 16), 1u);
  EXPECT_GE(words(0.25, 16), 2u);
  EXPECT_EQ(words(0.09, 33), 0u);
}

}  // namespace
}  // namespace dc::runtime
