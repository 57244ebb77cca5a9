// The in-memory form of a dense weight: float values in panels of 16 rows.
#ifndef DC_RUNTIME_KERNELS_PANEL_MATRIX_H_
#define DC_RUNTIME_KERNELS_PANEL_MATRIX_H_

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <vector>

namespace dc::runtime {

inline constexpr size_t kPanelRows = 16;

// Element (row, column) is at ((row / 16) * columns + column) * 16 + row % 16. Rows beyond the last
// are zero. A panel serves one row per SIMD lane as well as a few rows broadcast over lanes.
struct PanelMatrix {
  uint32_t rows = 0, columns = 0;
  std::pmr::vector<float> values;

  // The values come from `memory`, which outlives the matrix.
  explicit PanelMatrix(std::pmr::memory_resource* memory) : values(memory) {}

  size_t panels() const { return (rows + kPanelRows - 1) / kPanelRows; }
  const float* Panel(size_t panel) const { return values.data() + panel * columns * kPanelRows; }
  float At(size_t row, size_t column) const {
    return Panel(row / kPanelRows)[column * kPanelRows + row % kPanelRows];
  }
  int64_t ResidentBytes() const { return static_cast<int64_t>(values.size() * sizeof(float)); }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_PANEL_MATRIX_H_
