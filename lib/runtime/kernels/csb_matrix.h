// The in-memory form of a sparse weight that meets many positions or samples: compressed sparse
// blocks (Buluc et al., SPAA 2009) with codes into a float codebook.
#ifndef DC_RUNTIME_KERNELS_CSB_MATRIX_H_
#define DC_RUNTIME_KERNELS_CSB_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace dc::runtime {

// How a weight is cut up.
struct CsbShape {
  uint32_t group_rows = 0;     // bands do not cross multiples of it; 0: one group
  uint32_t band_rows = 64;     // at most kMaxBandRows
  uint32_t block_columns = 0;  // 1 to kMaxBlockColumns

  static constexpr uint32_t kMaxBandRows = 1024, kMaxBlockColumns = 255;
};

// Rows are grouped into bands, columns into blocks of block_columns; the part of a band in a block
// is small enough that the inputs of the block stay in the first-level cache while all rows of the
// band read them. Within a block of a band the rows are ordered by survivors, the most first: a
// loop over one row's survivors then runs as often as the one before, which branch prediction
// rewards. With H rows in the band, order, counts and entries of block k are
//   row i: band_begin[band] + order[band_begin[band] * blocks + k * H + i], `counts` beside it;
//   its entries follow those of row i - 1; those of row 0 begin at entry_begin[band * blocks + k].
struct CsbMatrix {
  static constexpr uint32_t kColumnBits = 8, kColumnMask = (1u << kColumnBits) - 1;

  // The arrays come from `memory`, which outlives the matrix.
  explicit CsbMatrix(std::pmr::memory_resource* memory)
      : band_begin(memory),
        order(memory),
        counts(memory),
        entry_begin(memory),
        entries16(memory),
        entries32(memory),
        codebook(memory) {}

  uint32_t rows = 0, columns = 0;
  uint32_t block_columns = 0, blocks = 0;  // blocks per band
  std::pmr::vector<uint32_t> band_begin;   // bands + 1
  std::pmr::vector<uint16_t> order;
  std::pmr::vector<uint8_t> counts;
  std::pmr::vector<uint64_t> entry_begin;  // bands * blocks + 1
  // One of the two, 32 bits where 8 cannot hold every code: the column within the block in the low
  // kColumnBits, above them the code.
  std::pmr::vector<uint16_t> entries16;
  std::pmr::vector<uint32_t> entries32;
  std::pmr::vector<float> codebook;

  size_t bands() const { return band_begin.empty() ? 0 : band_begin.size() - 1; }
  uint32_t Entry(size_t i) const { return entries16.empty() ? entries32[i] : entries16[i]; }
  // Bytes that the matrix occupies.
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(
        band_begin.size() * sizeof(uint32_t) + order.size() * sizeof(uint16_t) + counts.size() +
        entry_begin.size() * sizeof(uint64_t) + entries16.size() * sizeof(uint16_t) +
        entries32.size() * sizeof(uint32_t) + codebook.size() * sizeof(float));
  }

  // Calls visit(row, column, value) for every survivor of `band`, block by block, row by row.
  template <typename Visit>
  void ForEachEntry(size_t band, const Visit& visit) const {
    const size_t first = band_begin[band], height = band_begin[band + 1] - first;
    for (size_t block = 0; block < blocks; ++block) {
      uint64_t entry = entry_begin[band * blocks + block];
      for (size_t i = 0; i < height; ++i) {
        const size_t at = first * blocks + block * height + i;
        for (const uint64_t end = entry + counts[at]; entry < end; ++entry) {
          visit(static_cast<uint32_t>(first + order[at]),
                static_cast<uint32_t>(block * block_columns + (Entry(entry) & kColumnMask)),
                codebook[Entry(entry) >> kColumnBits]);
        }
      }
    }
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_CSB_MATRIX_H_
