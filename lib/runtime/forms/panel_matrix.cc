#include "runtime/kernels/panel_matrix.h"

namespace dc::runtime {

PanelMatrix PackPanels(uint32_t rows, uint32_t columns, bool transposed,
                       std::span<const float> values, std::pmr::memory_resource* memory) {
  PanelMatrix result(memory);
  result.rows = rows;
  result.columns = columns;
  result.values.assign(result.panels() * columns * kPanelRows, 0.0f);
  for (size_t row = 0; row < rows; ++row) {
    float* panel = result.values.data() + (row / kPanelRows) * columns * kPanelRows;
    for (size_t column = 0; column < columns; ++column) {
      const size_t from = transposed ? column * rows + row : row * columns + column;
      panel[column * kPanelRows + row % kPanelRows] = values[from];
    }
  }
  return result;
}

}  // namespace dc::runtime
