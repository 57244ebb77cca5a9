#include "runtime/kernels/sparse_shift.h"

namespace dc::runtime {

void SparseShiftRef(const SparseMatrix& w, size_t first_slice, size_t last_slice,
                    const Shift& shift, const float* bias, Clamp clamp) {
  for (size_t slot = first_slice * w.slice_rows; slot < last_slice * w.slice_rows; ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    for (size_t line = 0; line < shift.lines; ++line) {
      const float* x = shift.x + line * shift.x_pitch;
      float* y = shift.Y(row, line);
      for (size_t p = 0; p < shift.length; ++p) y[p] = 0;
      w.ForEachEntry(slot, [&](uint32_t column, float value) {
        const float* shifted = x + shift.Offset(column);
        for (size_t p = 0; p < shift.length; ++p) y[p] += value * shifted[p];
      });
      for (size_t p = 0; p < shift.length; ++p) y[p] = clamp(y[p] + bias[row]);
    }
  }
}

}  // namespace dc::runtime
