// The in-memory form of a sparse weight that is multiplied with inputs of 8 bits.
#ifndef DC_RUNTIME_KERNELS_BYTE_MATRIX_H_
#define DC_RUNTIME_KERNELS_BYTE_MATRIX_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

#include "runtime/kernels/rest_matrix.h"

namespace dc::runtime {

// Slices of 32 rows, cut into blocks of 64 columns. Each row of a block has as many words as its
// slice says; a word has four slots for each row of the slice, a column within the block and a code
// each. Slots that are not needed have column 0 and the code of a centroid that is 0. Survivors
// that find no slot are in `rest`. Word w of block b of slice s is words[slice_begin[s] + b *
// words(s) + w].
struct ByteMatrix {
  static constexpr uint32_t kRows = 32, kHalf = 16, kColumns = 64;
  static constexpr uint32_t kSlots = 4, kMaxEntries = 16;
  // The most words that a block needs, when no weight of it is 0.
  static constexpr uint32_t kMostWords = kColumns / kSlots;
  // Rows of so many slices are the same here and in `rest`; see BlockMatrix::kWindow.
  static constexpr size_t kWindow = 4;

  // Slot k of row r is byte 4 r + k: of the columns, and half a byte of the codes, the low one for
  // rows below 16.
  struct alignas(64) Word {
    std::array<uint8_t, kRows * kSlots> columns;
    std::array<uint8_t, kHalf * kSlots> codes;
  };

  // The arrays come from `memory`, which outlives the matrix.
  explicit ByteMatrix(std::pmr::memory_resource* memory)
      : slot_rows(memory), slice_begin(memory), slots(memory), row_sums(memory), rest(memory) {}

  uint32_t rows = 0, columns = 0;
  uint32_t blocks = 0;                   // per slice: columns / 64, rounded up
  std::pmr::vector<uint32_t> slot_rows;  // row of each lane; `rows` where there is none
  std::pmr::vector<size_t> slice_begin;  // slices + 1, in words
  std::pmr::vector<Word> slots;
  std::array<float, kMaxEntries> codebook{};
  // The codebook as whole numbers of -127 to 127, times `scale`.
  std::array<int8_t, kMaxEntries> numbers{};
  float scale = 1;
  std::pmr::vector<int32_t> row_sums;  // of the whole numbers in each lane's slots
  RestMatrix rest;

  size_t slices() const { return slot_rows.size() / kRows; }
  size_t windows() const { return (slices() + kWindow - 1) / kWindow; }
  // A block of the slice.
  size_t words(size_t slice) const {
    return (slice_begin[slice + 1] - slice_begin[slice]) / blocks;
  }
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(slot_rows.size() * sizeof(uint32_t) +
                                slice_begin.size() * sizeof(size_t) + slots.size() * sizeof(Word) +
                                row_sums.size() * sizeof(int32_t)) +
           rest.ResidentBytes();
  }
  size_t slot_count() const { return slots.size() * kRows * kSlots; }

  // Calls visit(column, code) for the slots of a lane, unused ones among them, block by block.
  template <typename Visit>
  void ForEachSlot(size_t slice, size_t lane, const Visit& visit) const {
    const size_t count = words(slice), byte = lane * kSlots;
    const uint32_t shift = lane < kHalf ? 0 : 4;
    for (uint32_t block = 0; block < blocks; ++block) {
      for (size_t w = 0; w < count; ++w) {
        const Word& word = slots[slice_begin[slice] + block * count + w];
        for (size_t k = 0; k < kSlots; ++k) {
          const uint32_t code = word.codes[(byte + k) % word.codes.size()] >> shift & 15u;
          visit(block * kColumns + word.columns[byte + k], code);
        }
      }
    }
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_BYTE_MATRIX_H_
