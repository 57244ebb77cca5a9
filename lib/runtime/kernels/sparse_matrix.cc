#include "runtime/kernels/sparse_matrix.h"

#include <algorithm>
#include <numeric>

namespace dc::runtime {
namespace {

constexpr uint32_t kMaxGap = 255;
// Kernels load this many centroids into registers without asking how many there are.
constexpr size_t kMinCodebook = 64;

// Splits positions into quotient and remainder. Neighbours mostly share the quotient: then there is
// no division.
class Splitter {
 public:
  explicit Splitter(uint32_t divisor) : divisor_(divisor) {}
  // Prepares both for `position`.
  void Split(uint32_t position) {
    if (position - start_ >= divisor_) {  // also where position < start_: the difference wraps
      quotient_ = position / divisor_;
      start_ = quotient_ * divisor_;
    }
    remainder_ = position - start_;
  }
  uint32_t quotient() const { return quotient_; }
  uint32_t remainder() const { return remainder_; }

 private:
  uint32_t divisor_, quotient_ = 0, start_ = 0, remainder_ = 0;
};

// Entries that the survivors of a row take, fillers included.
uint64_t EntriesOfRow(const SparseRows& source, uint32_t row) {
  uint64_t entries = 0;
  uint32_t column = 0;
  for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
    const uint32_t gap = source.columns_of[i] - column;
    entries += 1 + (gap > kMaxGap ? (gap - 1) / kMaxGap : 0);
    column = source.columns_of[i];
  }
  return entries;
}

}  // namespace

SparseRows GroupByRow(uint32_t rows, uint32_t columns, bool transposed,
                      std::span<const uint32_t> positions, std::span<const uint16_t> codes,
                      std::span<const float> codebook) {
  Splitter splitter(transposed ? rows : columns);
  SparseRows result{.rows = rows, .columns = columns};
  result.begin.assign(size_t{rows} + 1, 0);
  for (size_t i = 0; i < positions.size(); ++i) {
    if (codebook[codes[i]] == 0.0f) continue;
    splitter.Split(positions[i]);
    ++result.begin[(transposed ? splitter.remainder() : splitter.quotient()) + 1];
  }
  std::partial_sum(result.begin.begin(), result.begin.end(), result.begin.begin());
  result.columns_of.resize(result.begin.back());
  result.codes.resize(result.begin.back());
  std::vector<uint64_t> next(result.begin.begin(), result.begin.end() - 1);
  for (size_t i = 0; i < positions.size(); ++i) {
    if (codebook[codes[i]] == 0.0f) continue;
    splitter.Split(positions[i]);
    const uint64_t at = next[transposed ? splitter.remainder() : splitter.quotient()]++;
    result.columns_of[at] = transposed ? splitter.quotient() : splitter.remainder();
    result.codes[at] = codes[i];
  }
  return result;
}

int64_t SparseMatrix::ResidentBytes() const {
  return static_cast<int64_t>(slot_rows.size() * sizeof(uint32_t) +
                              slice_begin.size() * sizeof(uint64_t) + gaps.size() + codes8.size() +
                              codes16.size() * sizeof(uint16_t) + codebook.size() * sizeof(float));
}

SparseMatrix LayOut(const SparseRows& source, std::span<const float> codebook,
                    uint32_t slice_rows) {
  SparseMatrix result{.rows = source.rows, .columns = source.columns, .slice_rows = slice_rows};
  result.survivors = static_cast<int64_t>(source.columns_of.size());

  result.codebook.assign(codebook.begin(), codebook.end());
  const size_t zero =
      static_cast<size_t>(std::find(codebook.begin(), codebook.end(), 0.0f) - codebook.begin());
  if (zero == codebook.size()) result.codebook.push_back(0.0f);
  result.codebook_entries = static_cast<uint32_t>(result.codebook.size());
  result.codebook.resize(std::max(result.codebook.size(), kMinCodebook), 0.0f);

  std::vector<uint64_t> entries(source.rows);
  for (uint32_t row = 0; row < source.rows; ++row) entries[row] = EntriesOfRow(source, row);
  const size_t slices = (size_t{source.rows} + slice_rows - 1) / slice_rows;
  result.slot_rows.assign(slices * slice_rows, source.rows);
  std::iota(result.slot_rows.begin(), result.slot_rows.begin() + source.rows, 0u);
  if (slice_rows > 1) {
    std::stable_sort(result.slot_rows.begin(), result.slot_rows.begin() + source.rows,
                     [&](uint32_t a, uint32_t b) { return entries[a] > entries[b]; });
  }
  result.slice_begin.assign(slices + 1, 0);
  for (size_t s = 0; s < slices; ++s) {
    // The first slot of a slice is its longest.
    result.slice_begin[s + 1] = result.slice_begin[s] + entries[result.slot_rows[s * slice_rows]];
  }

  const size_t total = result.slice_begin.back() * slice_rows;
  result.gaps.assign(total, 0);
  const bool wide = result.codebook_entries > 256;
  const uint16_t filler = static_cast<uint16_t>(zero);
  if (wide) {
    result.codes16.assign(total, filler);
  } else {
    result.codes8.assign(total, static_cast<uint8_t>(filler));
  }
  for (size_t slot = 0; slot < result.slots(); ++slot) {
    const uint32_t row = result.slot_rows[slot];
    if (row == source.rows) continue;
    size_t entry = result.slice_begin[slot / slice_rows] * slice_rows + slot % slice_rows;
    uint32_t column = 0;
    for (uint64_t i = source.begin[row]; i < source.begin[row + 1]; ++i) {
      uint32_t gap = source.columns_of[i] - column;
      for (; gap > kMaxGap; gap -= kMaxGap, entry += slice_rows) result.gaps[entry] = kMaxGap;
      result.gaps[entry] = static_cast<uint8_t>(gap);
      if (wide) {
        result.codes16[entry] = source.codes[i];
      } else {
        result.codes8[entry] = static_cast<uint8_t>(source.codes[i]);
      }
      entry += slice_rows;
      column = source.columns_of[i];
    }
  }
  return result;
}

}  // namespace dc::runtime
