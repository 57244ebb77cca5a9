// The in-memory form of a sparse weight for inputs that are mostly zero: by columns, so that those
// of zeros are skipped (as in EIE; Han et al., arXiv 1602.01528).
#ifndef DC_RUNTIME_KERNELS_COLUMN_MATRIX_H_
#define DC_RUNTIME_KERNELS_COLUMN_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace dc::runtime {

// Bands of rows, which threads share; the columns of a band one after the other.
struct ColumnMatrix {
  static constexpr uint32_t kMostBandRows = 1 << 16;
  static constexpr size_t kCodebook = 32;
  // Kernels read up to this many entries beyond the last.
  static constexpr size_t kSlack = 16;

  // The arrays come from `memory`, which outlives the matrix.
  explicit ColumnMatrix(std::pmr::memory_resource* memory)
      : begin(memory), entry_rows(memory), entry_codes(memory), codebook(memory) {}

  uint32_t rows = 0, columns = 0;
  uint32_t band_rows = 0;  // of all bands but the last
  // Entries of column c in band b: [begin[b * columns + c], begin[b * columns + c + 1]).
  std::pmr::vector<uint32_t> begin;
  std::pmr::vector<uint16_t> entry_rows;  // in the band, ascending
  std::pmr::vector<uint8_t> entry_codes;
  std::pmr::vector<float> codebook;  // kCodebook entries

  size_t bands() const { return begin.empty() ? 0 : (begin.size() - 1) / columns; }
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(begin.size() * sizeof(uint32_t) +
                                entry_rows.size() * sizeof(uint16_t) + entry_codes.size() +
                                codebook.size() * sizeof(float));
  }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_COLUMN_MATRIX_H_
