#include <algorithm>

#include "runtime/kernels/panel_shift.h"

namespace dc::runtime {

void PanelShiftRef(const PanelMatrix& w, size_t first_panel, size_t last_panel, const Shift& shift,
                   const Epilogue& epilogue) {
  const size_t end = std::min<size_t>(w.rows, last_panel * kPanelRows);
  for (size_t row = first_panel * kPanelRows; row < end; ++row) {
    for (size_t line = 0; line < shift.lines; ++line) {
      float* y = shift.Y(row, line);
      for (size_t p = 0; p < shift.length; ++p) {
        const float* x = shift.x + line * shift.x_pitch + p;
        float sum = 0;
        for (size_t column = 0; column < w.columns; ++column) {
          sum += w.At(row, column) * x[shift.Offset(column)];
        }
        y[p] = epilogue(row, sum);
      }
    }
  }
}

}  // namespace dc::runtime
