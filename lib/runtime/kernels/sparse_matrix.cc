#include "runtime/kernels/sparse_matrix.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <utility>

#include "runtime/sample_shape.h"

namespace dc::runtime {
namespace {

constexpr uint32_t kMaxGap = 255;
// Kernels load this many centroids into registers without asking how many there are.
constexpr size_t kMinCodebook = 64;

// Divides numbers up to kMaxSampleSize by `divisor`, which is at most that, without a division.
class Divider {
 public:
  // With 2^shift at least kMaxSampleSize * divisor, rounding the factor up changes no quotient; the
  // product stays below 2^58.
  explicit Divider(uint32_t divisor)
      : shift_(std::bit_width(uint64_t{kMaxSampleSize} * divisor - 1)),
        factor_((uint64_t{1} << shift_) / divisor + 1) {}
  uint32_t operator()(uint32_t number) const {
    return static_cast<uint32_t>((number * factor_) >> shift_);
  }

 private:
  int shift_;
  uint64_t factor_;
};

// Entries that the survivors of a row take, fillers included.
uint64_t EntriesOfRow(const SparseRows& source, uint32_t row) {
  const uint32_t* const positions = source.positions.data();
  const uint64_t end = source.begin[row + 1];
  uint64_t entries = end - source.begin[row];
  uint32_t last = row * source.columns;
  for (uint64_t i = source.begin[row]; i < end; ++i) {
    const uint32_t gap = positions[i] - last;
    if (gap > kMaxGap) [[unlikely]]
      entries += (gap - 1) / kMaxGap;
    last = positions[i];
  }
  return entries;
}

// Writes the entries of a row, `stride` apart.
template <typename Code>
void FillRow(const SparseRows& source, uint32_t row, size_t stride, uint8_t* gaps, Code* codes) {
  const uint32_t* const positions = source.positions.data();
  const uint16_t* const source_codes = source.codes.data();
  const uint64_t end = source.begin[row + 1];
  uint32_t last = row * source.columns;
  for (uint64_t i = source.begin[row]; i < end; ++i) {
    uint32_t gap = positions[i] - last;
    last = positions[i];
    for (; gap > kMaxGap; gap -= kMaxGap, gaps += stride, codes += stride) *gaps = kMaxGap;
    *gaps = static_cast<uint8_t>(gap);
    *codes = static_cast<Code>(source_codes[i]);
    gaps += stride;
    codes += stride;
  }
}

// Sets result->begin, positions being ascending.
void FindRows(SparseRows* result) {
  const std::span<const uint32_t> positions = result->positions;
  result->begin.assign(size_t{result->rows} + 1, positions.size());
  size_t i = 0;
  for (uint32_t row = 0; row < result->rows && i < positions.size(); ++row) {
    result->begin[row] = i;
    const uint32_t row_begin = row * result->columns;
    while (i < positions.size() && positions[i] - row_begin < result->columns) ++i;
  }
}

// Sets the whole result by a counting sort.
void SortByRow(bool transposed, std::span<const uint32_t> positions,
               std::span<const uint16_t> codes, SparseRows* result) {
  const uint32_t minor = transposed ? result->rows : result->columns;
  const Divider major(minor);
  // next[r]: first the survivors of the rows before r, then where the next one of row r goes.
  std::vector<uint32_t> next(size_t{result->rows} + 1, 0);
  for (const uint32_t position : positions) {
    const uint32_t a = major(position);
    ++next[(transposed ? position - a * minor : a) + 1];
  }
  std::partial_sum(next.begin(), next.end(), next.begin());
  result->begin.assign(next.begin(), next.end());
  std::vector<uint32_t> sorted_positions(positions.size());
  std::vector<uint16_t> sorted_codes(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    const uint32_t a = major(positions[i]), b = positions[i] - a * minor;
    const uint32_t at = next[transposed ? b : a]++;
    sorted_positions[at] = transposed ? b * result->columns + a : positions[i];
    sorted_codes[at] = codes[i];
  }
  result->positions = result->own_positions = std::move(sorted_positions);
  result->codes = result->own_codes = std::move(sorted_codes);
}

}  // namespace

size_t CountSurvivors(std::span<const uint16_t> codes, std::span<const float> codebook) {
  const auto zero = std::find(codebook.begin(), codebook.end(), 0.0f);
  if (zero == codebook.end()) return codes.size();
  size_t survivors = 0;
  if (std::find(zero + 1, codebook.end(), 0.0f) != codebook.end()) {
    for (uint16_t code : codes) survivors += codebook[code] != 0.0f;
    return survivors;
  }
  // One zero: a comparison instead of a look-up. Short sums let the compiler use short lanes.
  const uint16_t zero_code = static_cast<uint16_t>(zero - codebook.begin());
  constexpr size_t kBlock = 4096;
  for (size_t begin = 0; begin < codes.size(); begin += kBlock) {
    uint16_t sum = 0;
    for (uint16_t code : codes.subspan(begin, std::min(kBlock, codes.size() - begin))) {
      sum = static_cast<uint16_t>(sum + (code != zero_code));
    }
    survivors += sum;
  }
  return survivors;
}

SparseRows GroupByRow(uint32_t rows, uint32_t columns, bool transposed,
                      std::span<const uint32_t> positions, std::span<const uint16_t> codes,
                      std::span<const float> codebook) {
  SparseRows result;
  result.rows = rows;
  result.columns = columns;
  if (CountSurvivors(codes, codebook) != codes.size()) {
    for (size_t i = 0; i < positions.size(); ++i) {
      if (codebook[codes[i]] == 0.0f) continue;
      result.own_positions.push_back(positions[i]);
      result.own_codes.push_back(codes[i]);
    }
    positions = result.own_positions;
    codes = result.own_codes;
  }
  if (transposed || !std::is_sorted(positions.begin(), positions.end())) {
    SortByRow(transposed, positions, codes, &result);
    return result;
  }
  result.positions = positions;
  result.codes = codes;
  FindRows(&result);
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
  result.survivors = static_cast<int64_t>(source.positions.size());

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
    // Where no row has entries there is not even an address to write them to.
    if (row == source.rows || source.begin[row] == source.begin[row + 1]) continue;
    const size_t entry = result.slice_begin[slot / slice_rows] * slice_rows + slot % slice_rows;
    uint8_t* const gaps = result.gaps.data() + entry;
    if (wide) {
      FillRow(source, row, slice_rows, gaps, result.codes16.data() + entry);
    } else {
      FillRow(source, row, slice_rows, gaps, result.codes8.data() + entry);
    }
  }
  return result;
}

}  // namespace dc::runtime
