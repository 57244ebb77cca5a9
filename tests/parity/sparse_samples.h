// Sparse matrices that the parity tests run over.
#ifndef DC_TESTS_PARITY_SPARSE_SAMPLES_H_
#define DC_TESTS_PARITY_SPARSE_SAMPLES_H_

#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/rng.h"
#include "runtime/forms/slot_plan.h"
#include "runtime/forms/sparse_rows.h"

namespace dc::runtime {

struct SparseSample {
  std::string name;
  uint32_t rows, columns;
  double density;
  uint32_t entries;  // of the codebook
  bool zero_in_codebook = true;
};

// Ragged sizes, empty and full rows, one centroid, codebooks around every width that kernels treat
// differently, distances above 255.
inline std::vector<SparseSample> SparseSamples() {
  std::vector<SparseSample> samples = {
      {"one element", 1, 1, 1.0, 2},           {"nothing left", 20, 30, 0.0, 4},
      {"one centroid", 33, 47, 0.3, 1, false}, {"fully dense", 18, 65, 1.0, 16},
      {"one column", 50, 1, 0.6, 8},           {"one row", 1, 700, 0.1, 8},
      {"long gaps", 19, 4001, 0.0015, 16},     {"gaps of exactly 255 and 256", 3, 1024, -1, 4},
      {"uneven rows", 40, 300, -2, 16},
  };
  for (uint32_t rows : {7u, 15u, 16u, 17u, 31u, 32u, 100u}) {
    samples.push_back({"ragged rows", rows, 61, 0.2, 16});
  }
  for (uint32_t entries : {4u, 5u, 8u, 9u, 16u, 17u, 32u, 33u, 64u, 65u, 255u, 256u, 257u, 5000u}) {
    samples.push_back({"codebook of " + std::to_string(entries), 37, 200, 0.25, entries});
    samples.push_back({"without zero: " + std::to_string(entries), 21, 90, 0.25, entries, false});
  }
  return samples;
}

// Survivors as they are stored, which the rows may point to.
struct StoredSample {
  std::vector<float> codebook;
  std::vector<uint32_t> positions;
  std::vector<uint16_t> codes;
  SparseRows rows;
};

// Random, but the same on every call.
inline StoredSample MakeSample(const SparseSample& sample) {
  StoredSample stored;
  Rng rng(7);
  stored.codebook.resize(sample.entries);
  for (float& value : stored.codebook) value = static_cast<float>(rng.Normal());
  if (sample.zero_in_codebook) stored.codebook[rng.Below(sample.entries)] = 0.0f;
  for (uint32_t i = 0; i < sample.rows * sample.columns; ++i) {
    const uint32_t row = i / sample.columns, column = i % sample.columns;
    bool kept = rng.Uniform() < sample.density;
    // Special patterns: columns 0, 255, 511 (a gap of 256) and 1023; rows of growing density.
    if (sample.density == -1)
      kept = column == 0 || column == 255 || column == 511 || column == 1023;
    if (sample.density == -2) kept = rng.Uniform() * sample.rows < row;
    if (!kept) continue;
    stored.positions.push_back(i);
    stored.codes.push_back(static_cast<uint16_t>(rng.Below(sample.entries)));
  }
  stored.rows =
      FindRows(sample.rows, sample.columns, stored.positions, stored.codes, stored.codebook);
  return stored;
}

// Rows in descending order; slices of Matrix::kRows with as many words as `words` says, which
// repeats.
template <class Matrix>
SlotPlan PlanOf(uint32_t rows, const std::vector<uint8_t>& words) {
  SlotPlan plan;
  for (uint32_t row = rows; row-- > 0;) plan.order.push_back(row);
  for (uint32_t first = 0; first < rows; first += Matrix::kRows) {
    plan.words.push_back(words[first / Matrix::kRows % words.size()]);
  }
  return plan;
}

// The survivors of the transposed matrix.
inline SparseRows Transposed(const SparseRows& source) {
  SparseRows result;
  result.rows = source.columns;
  result.columns = source.rows;
  std::vector<std::vector<std::pair<uint32_t, uint16_t>>> lines(result.rows);
  for (uint32_t row = 0; row < source.rows; ++row) {
    for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
      const uint32_t column = source.positions[i] - row * source.columns;
      lines[column].emplace_back(column * result.columns + row, source.codes[i]);
    }
  }
  result.Own(source.positions.size());
  result.begin.push_back(0);
  size_t next = 0;
  for (const auto& line : lines) {
    for (const auto& [position, code] : line) {
      result.own_positions[next] = position;
      result.own_codes[next++] = code;
    }
    result.begin.push_back(next);
  }
  return result;
}

// The sum of |value * x(column)| over the survivors of `row`, and their number.
template <typename X>
float Magnitudes(const StoredSample& sample, uint32_t row, const X& x, size_t* terms) {
  float sum = 0;
  const SparseRows& rows = sample.rows;
  *terms = rows.begin[row + 1] - rows.begin[row];
  for (uint64_t i = rows.begin[row]; i < rows.begin[row + 1]; ++i) {
    sum += std::abs(sample.codebook[rows.codes[i]] * x(rows.positions[i] - row * rows.columns));
  }
  return sum;
}

}  // namespace dc::runtime

#endif  // DC_TESTS_PARITY_SPARSE_SAMPLES_H_
