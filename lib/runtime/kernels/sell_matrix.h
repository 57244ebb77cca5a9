// The in-memory form of a sparse weight that meets one sample: SELL-16 (Kreutzer et al., SIAM J.
// Sci. Comput. 2014) with 8-bit gaps and codes into a float codebook.
#ifndef DC_RUNTIME_KERNELS_SELL_MATRIX_H_
#define DC_RUNTIME_KERNELS_SELL_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace dc::runtime {

// Rows are ordered by survivors, the most first, and grouped into
// slices of kRows, one row per SIMD lane. The slots of a slice advance together, step by step;
// entry (step, lane) of slice s is at
//   (slice_begin[s] + step) * kRows + lane.
// A slot starts at column 0; each entry moves it right by its gap and adds
// codebook[code] * x[column]. Distances above 255 are bridged by, and short rows filled up with,
// entries whose centroid is 0 (gap 255, or gap 0).
struct SellMatrix {
  static constexpr uint32_t kRows = 16;

  // The arrays come from `memory`, which outlives the matrix.
  explicit SellMatrix(std::pmr::memory_resource* memory)
      : slot_rows(memory),
        slice_begin(memory),
        gaps(memory),
        codes8(memory),
        codes16(memory),
        codebook(memory) {}

  uint32_t rows = 0, columns = 0;
  std::pmr::vector<uint32_t>
      slot_rows;  // row of each slot; `rows` for slots that only fill up a slice
  std::pmr::vector<uint64_t> slice_begin;  // slices + 1
  std::pmr::vector<uint8_t> gaps;
  std::pmr::vector<uint8_t> codes8;  // one of the two: 16 bits where 8 cannot hold every code
  std::pmr::vector<uint16_t> codes16;
  uint32_t codebook_entries = 0;     // used ones, the filler's zero included
  std::pmr::vector<float> codebook;  // zeros beyond codebook_entries, at least 64 long
  int64_t survivors = 0;

  size_t slices() const { return slice_begin.empty() ? 0 : slice_begin.size() - 1; }
  size_t slots() const { return slot_rows.size(); }
  uint32_t Code(size_t entry) const { return codes8.empty() ? codes16[entry] : codes8[entry]; }
  // Bytes that the matrix occupies.
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(
        slot_rows.size() * sizeof(uint32_t) + slice_begin.size() * sizeof(uint64_t) + gaps.size() +
        codes8.size() + codes16.size() * sizeof(uint16_t) + codebook.size() * sizeof(float));
  }

  // Calls visit(column, value) for every entry of `slot` in order, fillers included.
  template <typename Visit>
  void ForEachEntry(size_t slot, const Visit& visit) const {
    const size_t slice = slot / kRows;
    const size_t lane = slot % kRows;
    uint32_t column = 0;
    for (uint64_t step = slice_begin[slice]; step < slice_begin[slice + 1]; ++step) {
      const size_t entry = step * kRows + lane;
      column += gaps[entry];
      visit(column, codebook[Code(entry)]);
    }
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SELL_MATRIX_H_
