// The in-memory form of a sparse weight whose inputs and centroids are looked up in registers.
#ifndef DC_RUNTIME_KERNELS_BLOCK_MATRIX_H_
#define DC_RUNTIME_KERNELS_BLOCK_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "runtime/kernels/rest_matrix.h"

namespace dc::runtime {

// Slices of 16 rows, one per SIMD lane, cut into blocks of 64 columns. Each row of a block has as
// many 32-bit words as its slice says, W of them; a word has three slots of 10 bits, from the low
// ones on: a column within a half of the block (5 bits) and a code (5 bits). The first W / 2 words
// are those of columns 0 to 31, the next W / 2 those of columns 32 to 63. Where W is odd the last
// word is shared: slot 0 is the first half's, slot 1 the second's, slot 2 belongs to the half that
// bit 31 says. Unused slots have the code of a centroid that is 0. Survivors that find no slot are
// in `rest`. Word w of lane r in block b of slice s is
//   slots[(slice_begin[s] + b * words(s) + w) * 16 + r].
struct BlockMatrix {
  static constexpr uint32_t kRows = 16, kHalf = 32, kColumns = 2 * kHalf;
  static constexpr uint32_t kSlots = 3, kMaxEntries = 32;
  // Rows of so many slices are the same in `slot_rows` and in `rest`: these slices can be computed
  // without the others. Within a window `rest` is in an order of its own.
  static constexpr size_t kWindow = 8;
  // The most words a block needs, when no weight of it is 0.
  static constexpr uint32_t kMostWords = 2 * ((kHalf + kSlots - 1) / kSlots);
  static constexpr uint32_t kSecondHalf = 1u << 31;

  // The arrays come from `memory`, which outlives the matrix.
  explicit BlockMatrix(std::pmr::memory_resource* memory)
      : slot_rows(memory), slice_begin(memory), slots(memory), codebook(memory), rest(memory) {}

  uint32_t rows = 0, columns = 0;
  uint32_t blocks = 0;                   // per slice: columns / 64, rounded up
  std::pmr::vector<uint32_t> slot_rows;  // row of each lane; `rows` where there is none
  std::pmr::vector<size_t> slice_begin;  // slices + 1, in words of 16 rows
  std::pmr::vector<uint32_t> slots;
  std::pmr::vector<float> codebook;  // 32 numbers
  RestMatrix rest;

  size_t slices() const { return slot_rows.size() / kRows; }
  size_t windows() const { return (slices() + kWindow - 1) / kWindow; }
  // A block of the slice.
  size_t words(size_t slice) const {
    return (slice_begin[slice + 1] - slice_begin[slice]) / blocks;
  }
  size_t slot_count() const { return slots.size() * kSlots; }
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(slot_rows.size() * sizeof(uint32_t) +
                                slice_begin.size() * sizeof(size_t) +
                                slots.size() * sizeof(uint32_t) + codebook.size() * sizeof(float)) +
           rest.ResidentBytes();
  }

  // Calls visit(column, code) for the slots of a lane by ascending columns, unused ones among them.
  template <typename Visit>
  void ForEachSlot(size_t slice, size_t lane, const Visit& visit) const {
    const size_t count = words(slice), own = count / 2;
    for (uint32_t block = 0; block < blocks; ++block) {
      const uint32_t* const word =
          slots.data() + (slice_begin[slice] + block * count) * kRows + lane;
      for (uint32_t half = 0; half < 2; ++half) {
        const size_t whole = own * kSlots;
        size_t slots_of_half = whole;
        if (count % 2 == 1) {
          const uint32_t shared = word[(count - 1) * kRows];
          slots_of_half += (shared & kSecondHalf) == half * kSecondHalf ? 2 : 1;
        }
        for (size_t n = 0; n < slots_of_half; ++n) {
          const size_t w = n < whole ? half * own + n / kSlots : count - 1;
          const size_t slot = n < whole ? n % kSlots : n == whole ? half : 2;
          const uint32_t bits = word[w * kRows] >> 10 * slot;
          const uint32_t column = block * kColumns + half * kHalf + (bits & 31u);
          // Unused slots may lie beyond the matrix.
          if (column < columns) visit(column, bits >> 5 & 31u);
        }
      }
    }
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_BLOCK_MATRIX_H_
