// The survivors of a sparse weight row by row: what every sparse layout is made from.
#ifndef DC_RUNTIME_FORMS_SPARSE_ROWS_H_
#define DC_RUNTIME_FORMS_SPARSE_ROWS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/raw_vector.h"

namespace dc::runtime {

// How many of `codes` (below codebook.size()) have a centroid other than 0.
size_t CountSurvivors(std::span<const uint16_t> codes, std::span<const float> codebook);

// Survivors of a matrix row by row (outputs), each with its position and its code.
struct SparseRows {
  uint32_t rows = 0, columns = 0;
  std::vector<uint64_t> begin;  // rows + 1: the survivors of row r are [begin[r], begin[r + 1])
  std::span<const uint32_t> positions;  // row * columns + column, ascending
  std::span<const uint16_t> codes;      // beside positions

  // What the spans above point to, where that is not the source.
  RawVector<uint32_t> own_positions;
  RawVector<uint16_t> own_codes;

  SparseRows() = default;
  SparseRows(SparseRows&&) = default;
  SparseRows& operator=(SparseRows&&) = default;

  // Makes room for `survivors` of its own, which the spans then are. Keeps those it has.
  void Own(size_t survivors);
};

// The rows of survivors whose positions, row * columns + column, ascend. Those whose centroid is 0
// are dropped. The result may point to `positions` and `codes`. Preconditions: rows * columns is at
// most kMaxSampleSize; codes are below codebook.size().
SparseRows FindRows(uint32_t rows, uint32_t columns, std::span<const uint32_t> positions,
                    std::span<const uint16_t> codes, std::span<const float> codebook);
// The same where CountSurvivors(codes, codebook) is known to be `survivors`.
SparseRows FindRows(uint32_t rows, uint32_t columns, std::span<const uint32_t> positions,
                    std::span<const uint16_t> codes, std::span<const float> codebook,
                    size_t survivors);

// The numbers of `counts` (at least one), those of the largest first, equal ones in their order.
std::vector<uint32_t> MostFirst(std::span<const uint32_t> counts);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_FORMS_SPARSE_ROWS_H_
