// What finds no slot in a BlockMatrix or a ByteMatrix.
#ifndef DC_RUNTIME_KERNELS_REST_MATRIX_H_
#define DC_RUNTIME_KERNELS_REST_MATRIX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace dc::runtime {

// Slices of 16 rows, one per SIMD lane, which advance together, step by step; rows with the most
// entries come first within a window of slices. An entry is a column and, in its low five bits, a
// code: survivors are so far from each other here that gaps of 8 bits would need fillers for a
// third of them. Entry (step, lane) of slice s is
//   entries[(slice_begin[s] + step) * 16 + lane].
// Short rows are filled up with entries of column 0 and a centroid that is 0.
struct RestMatrix {
  static constexpr uint32_t kRows = 16, kCodeBits = 5, kMaxEntries = 1u << kCodeBits;
  // Columns must be fewer.
  static constexpr uint32_t kMostColumns = 1u << (32 - kCodeBits);

  // The arrays come from `memory`, which outlives the matrix.
  explicit RestMatrix(std::pmr::memory_resource* memory)
      : slot_rows(memory), slice_begin(memory), entries(memory) {}

  uint32_t rows = 0, columns = 0;
  std::pmr::vector<uint32_t> slot_rows;  // row of each lane; `rows` where there is none
  std::pmr::vector<size_t> slice_begin;  // slices + 1
  std::pmr::vector<uint32_t> entries;
  std::array<float, kMaxEntries> codebook{};
  size_t survivors = 0;

  size_t slices() const { return slot_rows.size() / kRows; }
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(slot_rows.size() * sizeof(uint32_t) +
                                slice_begin.size() * sizeof(size_t) +
                                entries.size() * sizeof(uint32_t));
  }

  // Calls visit(column, code) for every entry of a slot by ascending columns, then for those that
  // fill it up.
  template <typename Visit>
  void ForEachEntry(size_t slot, const Visit& visit) const {
    const size_t slice = slot / kRows, lane = slot % kRows;
    for (size_t step = slice_begin[slice]; step < slice_begin[slice + 1]; ++step) {
      const uint32_t entry = entries[step * kRows + lane];
      visit(entry >> kCodeBits, entry % kMaxEntries);
    }
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_REST_MATRIX_H_
