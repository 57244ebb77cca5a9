#include "runtime/kernels/sparse_shift.h"

namespace dc::runtime {

void SparseShiftRef(const CsbMatrix& w, size_t first_band, size_t last_band, const Shift& shift,
                    const Epilogue& epilogue) {
  for (size_t band = first_band; band < last_band; ++band) {
    for (size_t line = 0; line < shift.lines; ++line) {
      const float* x = shift.x + line * shift.x_pitch;
      for (uint32_t row = w.band_begin[band]; row < w.band_begin[band + 1]; ++row) {
        float* y = shift.Y(row, line);
        for (size_t p = 0; p < shift.length; ++p) y[p] = 0;
      }
      w.ForEachEntry(band, [&](uint32_t row, uint32_t column, float value) {
        const float* shifted = x + shift.Offset(column);
        float* y = shift.Y(row, line);
        for (size_t p = 0; p < shift.length; ++p) y[p] += value * shifted[p];
      });
      for (uint32_t row = w.band_begin[band]; row < w.band_begin[band + 1]; ++row) {
        float* y = shift.Y(row, line);
        for (size_t p = 0; p < shift.length; ++p) y[p] = epilogue(row, y[p]);
      }
    }
  }
}

}  // namespace dc::runtime
