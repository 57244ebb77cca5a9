#include <algorithm>

#include "runtime/kernels/panel_dot.h"

namespace dc::runtime {

void PanelDotRef(const PanelMatrix& w, size_t first_panel, size_t last_panel, const float* x,
                 const Epilogue& epilogue, float* y) {
  const size_t end = std::min<size_t>(w.rows, last_panel * kPanelRows);
  for (size_t row = first_panel * kPanelRows; row < end; ++row) {
    float sum = 0;
    for (size_t column = 0; column < w.columns; ++column) sum += w.At(row, column) * x[column];
    y[row] = epilogue(row, sum);
  }
}

}  // namespace dc::runtime
