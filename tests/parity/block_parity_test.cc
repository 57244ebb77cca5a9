#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/block_form.h"
#include "runtime/forms/block_plan.h"
#include "runtime/kernels/block_permute.h"
#include "runtime/kernels/rest_gather.h"

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

const std::vector<std::vector<uint8_t>> kWords = {
    {0}, {1}, {2}, {3}, {6}, {2, 0, 1}, {7}, {1, 1, BlockMatrix::kMostWords}};

// Blocks and rest together are the matrix: the reference against a dense product.
TEST(BlockPermuteParityTest, ReferenceIsTheMatrixProduct) {
  for (const SparseSample& sample : Samples()) {
    const StoredSample stored = MakeSample(sample);
    const SparseRows& rows = stored.rows;
    Rng rng(3);
    const std::vector<float> x = RandomFloats(sample.columns, rng);
    const std::vector<float> bias = RandomFloats(sample.rows, rng);
    for (const auto& words : kWords) {
      const BlockMatrix w = LayOutBlocks(stored.rows, false, stored.codebook,
                                         PlanOf<BlockMatrix>(sample.rows, words));
      std::vector<float> y(sample.rows);
      BlockPermuteRef(w, 0, w.slices(), x.data(), {.bias = bias.data()}, y.data());
      RestGatherRef(w.rest, 0, w.rest.slices(), x.data(), {.bias = y.data()}, y.data());
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
      const std::vector<float> scale = RandomScales(sample.rows, rng);
      const Epilogue epilogue{.scale = sample.columns % 2 ? scale.data() : nullptr,
                              .bias = bias.data()};
      for (const auto& words : kWords) {
        const BlockMatrix w = LayOutBlocks(stored.rows, false, stored.codebook,
                                           PlanOf<BlockMatrix>(sample.rows, words));
        std::vector<float> expected(sample.rows, 99.0f), actual(sample.rows, -99.0f);
        BlockPermuteRef(w, 0, w.slices(), x.data(), epilogue, expected.data());
        // In two parts: a part must not touch the rows of the other.
        const size_t part = w.slices() / 3;
        BlockPermuteSimd(w, part, w.slices(), x.data(), epilogue, actual.data());
        BlockPermuteSimd(w, 0, part, x.data(), epilogue, actual.data());
        for (size_t slot = 0; slot < w.slot_rows.size(); ++slot) {
          const uint32_t r = w.slot_rows[slot];
          if (r == w.rows) continue;
          float magnitudes = std::abs(bias[r]);
          size_t terms = 1;
          w.ForEachSlot(slot / BlockMatrix::kRows, slot % BlockMatrix::kRows,
                        [&](uint32_t column, uint32_t code) {
                          if (w.codebook[code] == 0.0f) return;
                          magnitudes += std::abs(w.codebook[code] * x[column]);
                          ++terms;
                        });
          ExpectSameSum(actual[r], expected[r], magnitudes, terms);
        }
      }
    }
  });
}

}  // namespace
}  // namespace dc::runtime
