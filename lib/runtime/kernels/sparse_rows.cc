#include "runtime/kernels/sparse_rows.h"

#include <algorithm>
#include <bit>
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

}  // namespace dc::runtime
