#include "runtime/forms/sparse_rows.h"

#include <algorithm>
#include <numeric>

#include "entropy/common/count_code.h"

namespace dc::runtime {

void SparseRows::Own(size_t survivors) {
  own_positions.resize(survivors);
  own_codes.resize(survivors);
  positions = own_positions;
  codes = own_codes;
}

size_t CountSurvivors(std::span<const uint16_t> codes, std::span<const float> codebook) {
  const auto zero = std::find(codebook.begin(), codebook.end(), 0.0f);
  if (zero == codebook.end()) return codes.size();
  if (std::find(zero + 1, codebook.end(), 0.0f) == codebook.end()) {
    return codes.size() - CountCode(codes, static_cast<uint16_t>(zero - codebook.begin()));
  }
  size_t survivors = 0;
  for (uint16_t code : codes) survivors += codebook[code] != 0.0f;
  return survivors;
}

SparseRows FindRows(uint32_t rows, uint32_t columns, std::span<const uint32_t> positions,
                    std::span<const uint16_t> codes, std::span<const float> codebook) {
  return FindRows(rows, columns, positions, codes, codebook, CountSurvivors(codes, codebook));
}

SparseRows FindRows(uint32_t rows, uint32_t columns, std::span<const uint32_t> positions,
                    std::span<const uint16_t> codes, std::span<const float> codebook,
                    size_t survivors) {
  SparseRows result;
  result.rows = rows;
  result.columns = columns;
  result.positions = positions;
  result.codes = codes;
  if (survivors != codes.size()) {
    // What is dropped is overwritten by what follows.
    result.Own(survivors + 1);
    size_t kept = 0;
    for (size_t i = 0; i < positions.size(); ++i) {
      result.own_positions[kept] = positions[i];
      result.own_codes[kept] = codes[i];
      kept += codebook[codes[i]] != 0.0f;
    }
    result.Own(survivors);
  }
  result.begin.assign(size_t{rows} + 1, survivors);
  auto at = result.positions.begin();
  for (uint32_t row = 0; row < rows; ++row) {
    result.begin[row] = static_cast<uint64_t>(at - result.positions.begin());
    const uint64_t end = (uint64_t{row} + 1) * columns;
    // A row has no more survivors than columns.
    const auto most = std::min<std::ptrdiff_t>(columns, result.positions.end() - at);
    at = std::partition_point(at, at + most, [&](uint32_t p) { return p < end; });
  }
  return result;
}

std::vector<uint32_t> MostFirst(std::span<const uint32_t> counts) {
  const uint32_t most = *std::max_element(counts.begin(), counts.end());
  // A counting sort: where the next one goes that is so much smaller than the largest.
  std::vector<uint32_t> next(size_t{most} + 2, 0);
  for (uint32_t count : counts) ++next[most - count + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<uint32_t> order(counts.size());
  for (uint32_t i = 0; i < counts.size(); ++i) order[next[most - counts[i]]++] = i;
  return order;
}

}  // namespace dc::runtime
