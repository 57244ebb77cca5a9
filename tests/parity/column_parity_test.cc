// The product by columns of active inputs, and the search for these.
#include <gtest/gtest.h>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/column_form.h"
#include "runtime/forms/sparse_rows.h"
#include "runtime/kernels/column_scatter.h"

namespace dc::runtime {
namespace {

std::vector<uint32_t> Active(CollectActive* collect, const std::vector<float>& x, size_t count) {
  std::vector<uint32_t> active(count + ColumnMatrix::kSlack, 4711);
  active.resize(collect(x.data(), count, active.data()));
  return active;
}

void Check(const SparseSample& sample, bool transposed, size_t bands, double density) {
  SCOPED_TRACE(sample.name);
  const StoredSample stored = MakeSample(sample);
  const SparseRows columns = Transposed(stored.rows);
  const ColumnMatrix w =
      LayOutColumns(transposed ? columns : stored.rows, transposed, stored.codebook, bands);
  ASSERT_EQ(w.rows, sample.rows);
  ASSERT_EQ(w.columns, sample.columns);
  Rng rng(3);
  std::vector<float> x = RandomFloats(w.columns, rng);
  for (float& value : x) value = rng.Uniform() < density ? value : 0.0f;
  if (bands % 2 == 0 && x.size() > 3) MakeSomeNotFinite(&x, rng);
  const std::vector<float> bias = RandomFloats(w.rows, rng);
  const std::vector<uint32_t> active = Active(CollectActiveSimd, x, x.size());
  std::vector<float> actual(w.rows, -99.0f);
  const std::vector<float> scale = RandomScales(w.rows, rng);
  const Epilogue epilogue{.scale = w.columns % 2 ? scale.data() : nullptr,
                          .bias = bias.data(),
                          .low = -0.5f,
                          .high = 2.0f};
  // In two parts: a part must not touch the rows of the other.
  const size_t half = w.bands() / 2;
  ColumnScatterSimd(w, half, w.bands(), active, x.data(), epilogue, actual.data());
  ColumnScatterSimd(w, 0, half, active, x.data(), epilogue, actual.data());
  std::vector<float> reference(w.rows);
  ColumnScatterRef(w, 0, w.bands(), active, x.data(), epilogue, reference.data());
  for (uint32_t row = 0; row < w.rows; ++row) {
    // The definition, over the survivors as they are stored.
    double sum = 0;
    for (uint64_t i = stored.rows.begin[row]; i < stored.rows.begin[row + 1]; ++i) {
      sum += double{stored.codebook[stored.rows.codes[i]]} *
             x[stored.rows.positions[i] - row * w.columns];
    }
    size_t terms = 0;
    const float magnitudes =
        std::abs(bias[row]) + Magnitudes(
                                  stored, row, [&](uint32_t c) { return x[c]; }, &terms);
    const float expected = epilogue(row, static_cast<float>(sum));
    ExpectSameSum(reference[row], expected, magnitudes, terms);
    ExpectSameSum(actual[row], expected, magnitudes, terms);
  }
}

TEST(ColumnParityTest, AllSamplesOnAllTargets) {
  OnEveryTarget([] {
    for (const SparseSample& sample : SparseSamples()) {
      if (sample.entries > ColumnMatrix::kCodebook) continue;
      Check(sample, false, 1, 0.4);
      Check(sample, true, 3, 0.4);
      Check(sample, false, 2, 0.0);
      Check(sample, true, 1, 1.0);
    }
  });
}

TEST(ColumnParityTest, FindsWhatIsNotZero) {
  EXPECT_EQ(Active(CollectActiveRef, {0.0f, 2.0f, -0.0f, -1.0f, 0.0f, NAN}, 6),
            (std::vector<uint32_t>{1, 3, 5}));
  OnEveryTarget([] {
    Rng rng(9);
    for (size_t count : {0, 1, 15, 16, 17, 64, 100, 257}) {
      for (double density : {0.0, 0.3, 1.0}) {
        std::vector<float> x = RandomFloats(count + 1, rng);  // the last is not asked for
        for (float& value : x) value = rng.Uniform() < density ? value : 0.0f;
        EXPECT_EQ(Active(CollectActiveSimd, x, count), Active(CollectActiveRef, x, count));
      }
    }
  });
}

// Bands of other heights than the number of rows divides into, and more rows than an entry counts.
TEST(ColumnParityTest, BandsHoldAtMostWhatAnEntryCounts) {
  const std::vector<float> codebook = {0.0f, 1.5f};
  const uint32_t rows = 70'000;
  const std::vector<uint32_t> positions = {1, 2 * 65'535, 2 * 65'536 + 1, 2 * 69'999};
  const std::vector<uint16_t> codes = {1, 1, 1, 1};
  const ColumnMatrix w =
      LayOutColumns(FindRows(rows, 2, positions, codes, codebook), false, codebook, 1);
  ASSERT_EQ(w.bands(), 2u);
  const std::vector<float> x = {2.0f, 4.0f}, bias(rows, 0.5f);
  std::vector<float> y(rows, -1.0f);
  ColumnScatterSimd(w, 0, 2, std::vector<uint32_t>{0, 1}, x.data(), {.bias = bias.data()},
                    y.data());
  EXPECT_EQ(y[0], 6.5f);
  EXPECT_EQ(y[65'535], 3.5f);
  EXPECT_EQ(y[65'536], 6.5f);
  EXPECT_EQ(y[69'999], 3.5f);
  EXPECT_EQ(std::count(y.begin(), y.end(), 0.5f), rows - 4);
}

}  // namespace
}  // namespace dc::runtime
