// Products with NaN and infinity in every sparse layout, against sums over all weights of the
// matrix as it is dense.
#include "runtime/forms/dense_product.h"

#include <gtest/gtest.h>

#include <numeric>

#include "parity/simd_targets.h"
#include "parity/sparse_samples.h"
#include "runtime/forms/block_form.h"
#include "runtime/forms/byte_form.h"
#include "runtime/forms/csb_form.h"
#include "runtime/forms/sell_form.h"
#include "runtime/kernels/sparse_shift.h"

namespace dc::runtime {
namespace {

constexpr float kBias = 0.5f;
constexpr float kPlusInfinity = std::numeric_limits<float>::infinity();
constexpr float kNotANumber = std::numeric_limits<float>::quiet_NaN();

// What the inputs of a sample have among them.
const std::vector<float> kOdd[] = {
    {}, {kNotANumber}, {kPlusInfinity}, {-kPlusInfinity}, {kPlusInfinity, -kPlusInfinity}};

std::vector<float> Dense(const StoredSample& sample) {
  std::vector<float> dense(size_t{sample.rows.rows} * sample.rows.columns, 0.0f);
  for (size_t i = 0; i < sample.positions.size(); ++i) {
    dense[sample.positions[i]] = sample.codebook[sample.codes[i]];
  }
  return dense;
}

void ExpectRight(const StoredSample& sample, const std::vector<float>& x, const float* y,
                 size_t stride, const char* layout) {
  const std::vector<float> dense = Dense(sample);
  for (uint32_t row = 0; row < sample.rows.rows; ++row) {
    double sum = 0;
    for (size_t column = 0; column < x.size(); ++column) {
      sum += double{dense[row * x.size() + column]} * x[column];
    }
    const float actual = y[row * stride];
    if (std::isfinite(sum)) {
      EXPECT_NEAR(actual, sum + kBias, 1e-3) << layout << ", row " << row;
    } else {
      ExpectSame(actual, static_cast<float>(sum));
    }
  }
}

std::vector<float> RandomInputs(size_t columns, std::span<const float> odd, Rng& rng) {
  std::vector<float> x = RandomFloats(columns, rng);
  for (const float value : odd) x[rng.Below(static_cast<uint32_t>(columns))] = value;
  return x;
}

TEST(DenseProductTest, OfAVector) {
  Rng rng(3);
  for (const SparseSample& sample : SparseSamples()) {
    SCOPED_TRACE(sample.name);
    const StoredSample stored = MakeSample(sample);
    const std::vector<float> bias(sample.rows, kBias);
    const Epilogue epilogue{.bias = bias.data()};
    const SellMatrix sell = LayOutSell(stored.rows, false, stored.codebook);
    for (const std::vector<float>& odd : kOdd) {
      const std::vector<float> x = RandomInputs(sample.columns, odd, rng);
      std::vector<float> y(sample.rows);
      MultiplyAsDense(sell, 0, sell.slices(), x.data(), epilogue, y.data());
      ExpectRight(stored, x, y.data(), 1, "SELL");
      if (sample.entries + (sample.zero_in_codebook ? 0 : 1) > BlockMatrix::kMaxEntries) continue;
      // One word a block: what finds no slot is in the rest.
      const size_t slices = (sample.rows + BlockMatrix::kRows - 1) / BlockMatrix::kRows;
      SlotPlan plan{.words = std::vector<uint8_t>(slices, 1)};
      plan.order.resize(sample.rows);
      std::iota(plan.order.rbegin(), plan.order.rend(), 0);
      const BlockMatrix blocks = LayOutBlocks(stored.rows, false, stored.codebook, plan);
      MultiplyAsDense(blocks, 0, blocks.windows(), x.data(), epilogue, y.data());
      ExpectRight(stored, x, y.data(), 1, "blocks");
      if (sample.entries + (sample.zero_in_codebook ? 0 : 1) > ByteMatrix::kMaxEntries) continue;
      const SlotPlan byte_plan{
          .order = plan.order,
          .words = std::vector<uint8_t>((sample.rows - 1) / ByteMatrix::kRows + 1, 1)};
      const ByteMatrix bytes = LayOutBytes(stored.rows, false, stored.codebook, byte_plan);
      MultiplyAsDense(bytes, 0, bytes.windows(), x.data(), epilogue, y.data());
      ExpectRight(stored, x, y.data(), 1, "bytes");
    }
  }
}

// Samples of a batch, of which some are finite.
TEST(DenseProductTest, OfABatch) {
  constexpr size_t kSamples = 150;
  Rng rng(4);
  for (const SparseSample& sample : SparseSamples()) {
    SCOPED_TRACE(sample.name);
    const StoredSample stored = MakeSample(sample);
    const std::vector<float> bias(sample.rows, kBias);
    std::vector<std::vector<float>> inputs;
    std::vector<float> x(sample.columns * kSamples + kReadSlack, kNotANumber);
    for (size_t s = 0; s < kSamples; ++s) {
      inputs.push_back(RandomInputs(sample.columns, kOdd[s % std::size(kOdd)], rng));
      for (size_t c = 0; c < sample.columns; ++c) x[c * kSamples + s] = inputs[s][c];
    }
    for (const CsbShape& shape : {CsbShape{.band_rows = 1024, .block_columns = 255},
                                  CsbShape{.band_rows = 5, .block_columns = 7}}) {
      const CsbMatrix w = LayOutCsb(stored.rows, false, stored.codebook, shape);
      std::vector<float> y(sample.rows * kSamples);
      const Shift shift{.x = x.data(),
                        .finite = false,
                        .unit = kSamples,
                        .length = kSamples,
                        .y = y.data(),
                        .y_row_stride = kSamples};
      SparseShiftRef(w, 0, w.bands(), shift, {.bias = bias.data()});
      AddZeroProducts(w, 0, w.bands(), shift);
      for (size_t s = 0; s < kSamples; s += 7) {
        ExpectRight(stored, inputs[s], y.data() + s, kSamples, "CSB");
      }
    }
  }
}

}  // namespace
}  // namespace dc::runtime
