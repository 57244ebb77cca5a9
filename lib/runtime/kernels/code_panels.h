// A dense weight in memory in panels of 16 rows: as its codes, 8 or 4 bits each, or as floats.
#ifndef DC_RUNTIME_KERNELS_CODE_PANELS_H_
#define DC_RUNTIME_KERNELS_CODE_PANELS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "runtime/kernels/panel_matrix.h"

namespace dc::runtime {

inline constexpr size_t kMostPanelCodes = 256;

// The 16 codes of a column of a panel lie beside each other, columns of a panel one after the
// other. With 4 bits, byte i of the 8 of a column holds row i in its lower and row i + 8 in its
// upper half. A weight without a codebook has its values in the places of codes.
struct CodePanels {
  uint32_t rows = 0, columns = 0;
  bool nibbles = false;              // 4 bits per code, else 8
  std::pmr::vector<uint8_t> codes;   // of rows beyond the last: 0
  std::pmr::vector<float> codebook;  // 16 or 256 entries, those without a code 0
  std::pmr::vector<float> values;    // instead of codes

  // A matrix of codebook[0], of at most kMostPanelCodes entries. Codes and codebook come from
  // `memory`, which outlives the panels.
  CodePanels(uint32_t row_count, uint32_t column_count, std::span<const float> centroids,
             std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : rows(row_count),
        columns(column_count),
        nibbles(centroids.size() <= kNibbleCodes),
        codes(memory),
        codebook(nibbles ? kNibbleCodes : kMostPanelCodes, memory),
        values(memory) {
    std::copy(centroids.begin(), centroids.end(), codebook.begin());
    codes.resize(panels() * columns * column_bytes());
  }

  // A matrix of zeros, as floats.
  CodePanels(uint32_t row_count, uint32_t column_count, std::pmr::memory_resource* memory)
      : rows(row_count), columns(column_count), codes(memory), codebook(memory), values(memory) {
    values.resize(panels() * columns * kPanelRows);
  }
  void SetValue(size_t row, size_t column, float value) { values[Place(row, column)] = value; }

  // Sets an element that was not set before.
  void Set(size_t row, size_t column, uint8_t code) {
    const size_t lane = row % kPanelRows, byte = nibbles ? lane % kHalf : lane;
    uint8_t& at = codes[(row / kPanelRows * columns + column) * column_bytes() + byte];
    at = static_cast<uint8_t>(at | (byte < lane ? code << 4 : code));
  }

  size_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
  // Bytes of the codes of a column of a panel.
  size_t column_bytes() const { return nibbles ? kPanelRows / 2 : kPanelRows; }
  const uint8_t* Column(size_t panel, size_t column) const {
    return codes.data() + (panel * columns + column) * column_bytes();
  }
  const float* Values(size_t panel, size_t column) const {
    return values.data() + (panel * columns + column) * kPanelRows;
  }
  float At(size_t row, size_t column) const {
    if (!values.empty()) return values[Place(row, column)];
    const uint8_t* bytes = Column(row / kPanelRows, column);
    const size_t lane = row % kPanelRows;
    if (!nibbles) return codebook[bytes[lane]];
    return codebook[lane < kHalf ? bytes[lane] & 15 : bytes[lane - kHalf] >> 4];
  }
  int64_t ResidentBytes() const {
    return static_cast<int64_t>(codes.size() + (codebook.size() + values.size()) * sizeof(float));
  }

 private:
  size_t Place(size_t row, size_t column) const {
    return (row / kPanelRows * columns + column) * kPanelRows + row % kPanelRows;
  }
  static constexpr size_t kHalf = kPanelRows / 2, kNibbleCodes = 16;
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_CODE_PANELS_H_
