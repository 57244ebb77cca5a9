#include "runtime/kernels/sparse_rows.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <numeric>
#include <utility>

#include "runtime/sample_shape.h"

namespace dc::runtime {
namespace {

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

// Sets result->begin, positions being ascending.
void FindRows(SparseRows* result) {
  const std::span<const uint32_t> positions = result->positions;
  result->begin.assign(size_t{result->rows} + 1, positions.size());
  auto at = positions.begin();
  for (uint32_t row = 0; row < result->rows; ++row) {
    result->begin[row] = static_cast<uint64_t>(at - positions.begin());
    const uint64_t end = (uint64_t{row} + 1) * result->columns;
    // About as many survivors as in the row before, or all that are left.
    at = std::partition_point(at, positions.end(), [&](uint32_t p) { return p < end; });
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
  // Position and code together, since they go to as many places at a time as there are rows.
  const auto sorted = std::make_unique_for_overwrite<uint64_t[]>(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    const uint32_t a = major(positions[i]), b = positions[i] - a * minor;
    const uint64_t position = transposed ? b * result->columns + a : positions[i];
    sorted[next[transposed ? b : a]++] = position << 16 | codes[i];
  }
  result->own_positions.resize(positions.size());
  result->own_codes.resize(positions.size());
  for (size_t i = 0; i < positions.size(); ++i) {
    result->own_positions[i] = static_cast<uint32_t>(sorted[i] >> 16);
    result->own_codes[i] = static_cast<uint16_t>(sorted[i]);
  }
  result->positions = result->own_positions;
  result->codes = result->own_codes;
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
  return GroupByRow(rows, columns, transposed, positions, codes, codebook,
                    CountSurvivors(codes, codebook));
}

SparseRows GroupByRow(uint32_t rows, uint32_t columns, bool transposed,
                      std::span<const uint32_t> positions, std::span<const uint16_t> codes,
                      std::span<const float> codebook, size_t survivors) {
  SparseRows result;
  result.rows = rows;
  result.columns = columns;
  if (survivors != codes.size()) {
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

}  // namespace dc::runtime
