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

  size_t slices() const { return slot_rows.size() / kRows; }
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(slot_rows.size() * sizeof(uint32_t) +
                                slice_begin.size() * sizeof(size_t) +
                                entries.size() * sizeof(uint32_t));
  }

  // The entries of a slot by ascending columns, without those that fill it up.
  class Row {
   public:
    Row(const RestMatrix& w, size_t slot)
        : w_(w),
          next_(w.slice_begin[slot / kRows] * kRows + slot % kRows),
          end_(w.slice_begin[slot / kRows + 1] * kRows) {}
    bool more() const { return next_ < end_ && w_.codebook[code()] != 0.0f; }
    uint32_t column() const { return w_.entries[next_] >> kCodeBits; }
    uint32_t code() const { return w_.entries[next_] % kMaxEntries; }
    void Next() { next_ += kRows; }

   private:
    const RestMatrix& w_;
    size_t next_, end_;
  };
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_REST_MATRIX_H_
