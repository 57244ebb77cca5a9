// The in-memory form of a sparse weight whose inputs and centroids are looked up in registers.
#ifndef DC_RUNTIME_KERNELS_BLOCK_MATRIX_H_
#define DC_RUNTIME_KERNELS_BLOCK_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "runtime/kernels/sell_matrix.h"

namespace dc::runtime {

// Blocks of 16 rows x 32 columns. Each row of a block has `words` 32-bit words of three slots; a
// slot is 10 bits, from the low ones on: a column within the block (5 bits) and a code (5 bits).
// Unused slots have the code of a centroid that is 0. Survivors beyond 3 * words a row and block
// are in `overflow`. Word w of row r in block b of slice s is
//   slots[((s * blocks + b) * words + w) * 16 + r].
struct BlockMatrix {
  static constexpr uint32_t kRows = 16, kColumns = 32, kSlots = 3, kMaxEntries = 32;

  // The arrays come from `memory`, which outlives the matrix.
  explicit BlockMatrix(std::pmr::memory_resource* memory)
      : slots(memory), codebook(memory), overflow(memory) {}

  uint32_t rows = 0, columns = 0;
  uint32_t blocks = 0;  // a slice: columns / 32, rounded up
  uint32_t words = 1;
  std::pmr::vector<uint32_t> slots;
  std::pmr::vector<float> codebook;  // 32 numbers
  SellMatrix overflow;               // slices of 16 rows

  size_t slices() const { return (size_t{rows} + kRows - 1) / kRows; }
  int64_t ResidentBytes() const;

  // The survivors again; the codes are those of `codebook`.
  SparseRows ToRows() const;

  // Calls visit(column, code) for every slot of `row` that is not the overflow's, in order.
  template <typename Visit>
  void ForEachSlot(uint32_t row, const Visit& visit) const {
    for (uint32_t block = 0; block < blocks; ++block) {
      const size_t first = ((size_t{row / kRows} * blocks + block) * words) * kRows + row % kRows;
      for (uint32_t w = 0; w < words; ++w) {
        uint32_t word = slots[first + size_t{w} * kRows];
        for (uint32_t slot = 0; slot < kSlots; ++slot, word >>= 10) {
          visit(block * kColumns + (word & 31u), word >> 5 & 31u);
        }
      }
    }
  }
};

struct BlockChoice {
  uint32_t words = 0;        // a block; 0: SELL-16 instead
  double estimate = 0;       // microseconds with it ...
  double sell_estimate = 0;  // ... and with SELL-16
};

// The words a block with which a product with one vector takes least time, for a codebook of
// `entries` numbers, an appended zero included; 0 words where SELL-16 takes less, or `entries` is
// above 32. By times a word and an entry that were measured. `source` is the weight or, where
// `transposed`, its transpose: for both functions.
BlockChoice ChooseBlockWords(const SparseRows& source, bool transposed, uint32_t entries);

// Lays `source` out in blocks with `words` words (1 to 4). Precondition: `codebook` has at most
// 32 entries, or 31 and no zero among them.
BlockMatrix LayOutBlocks(const SparseRows& source, bool transposed, std::span<const float> codebook,
                         uint32_t words,
                         std::pmr::memory_resource* memory = std::pmr::get_default_resource());

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_BLOCK_MATRIX_H_
