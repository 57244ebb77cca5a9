// The in-memory form of a sparse weight: 8-bit gaps and codes into a float codebook, in slices.
#ifndef DC_RUNTIME_KERNELS_SPARSE_MATRIX_H_
#define DC_RUNTIME_KERNELS_SPARSE_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

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
  std::vector<uint32_t> own_positions;
  std::vector<uint16_t> own_codes;

  SparseRows() = default;
  SparseRows(SparseRows&&) = default;
  SparseRows& operator=(SparseRows&&) = default;
};

// Sorts survivors into rows. Survivor i sits at positions[i] = a * minor + b of a stored matrix
// with `minor` columns; positions grow within each a and within each b. Its row is a and its column
// b, or the other way round when `transposed`. Survivors whose centroid is 0 are dropped. The
// result may point to `positions` and `codes`. Preconditions: rows and columns are those of the
// result, their product is at most kMaxSampleSize; codes are below codebook.size().
SparseRows GroupByRow(uint32_t rows, uint32_t columns, bool transposed,
                      std::span<const uint32_t> positions, std::span<const uint16_t> codes,
                      std::span<const float> codebook);

// Rows are grouped into slices of `slice_rows`: 16 (SELL-16, one row a SIMD lane) or 1 (each row by
// itself). The slots of a slice advance together, step by step; entry (step, lane) of slice s is at
//   (slice_begin[s] + step) * slice_rows + lane.
// A slot starts at column 0; each entry moves it right by its gap and adds
// codebook[code] * x[column]. Distances above 255 are bridged by, and short rows filled up with,
// entries whose centroid is 0 (gap 255, or gap 0).
struct SparseMatrix {
  uint32_t rows = 0, columns = 0;
  uint32_t slice_rows = 1;
  std::vector<uint32_t> slot_rows;  // row of each slot; `rows` for slots that only fill up a slice
  std::vector<uint64_t> slice_begin;  // slices + 1
  std::vector<uint8_t> gaps;
  std::vector<uint8_t> codes8;  // one of the two: 16 bits where 8 cannot hold every code
  std::vector<uint16_t> codes16;
  uint32_t codebook_entries = 0;  // used ones, the filler's zero included
  std::vector<float> codebook;    // zeros beyond codebook_entries, at least 64 long
  int64_t survivors = 0;

  size_t slices() const { return slice_begin.empty() ? 0 : slice_begin.size() - 1; }
  size_t slots() const { return slot_rows.size(); }
  uint32_t Code(size_t entry) const { return codes8.empty() ? codes16[entry] : codes8[entry]; }
  // Bytes that the matrix occupies.
  int64_t ResidentBytes() const;

  // Calls visit(column, value) for every entry of `slot` in order, fillers included.
  template <typename Visit>
  void ForEachEntry(size_t slot, const Visit& visit) const {
    const size_t slice = slot / slice_rows;
    const size_t lane = slot % slice_rows;
    uint32_t column = 0;
    for (uint64_t step = slice_begin[slice]; step < slice_begin[slice + 1]; ++step) {
      const size_t entry = step * slice_rows + lane;
      column += gaps[entry];
      visit(column, codebook[Code(entry)]);
    }
  }
};

// Lays `source` out. With slice_rows 16 rows are ordered by survivor count, the longest first, so
// that rows of one slice are of similar length; with 1 slot r is row r.
SparseMatrix LayOut(const SparseRows& source, std::span<const float> codebook, uint32_t slice_rows);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SPARSE_MATRIX_H_
