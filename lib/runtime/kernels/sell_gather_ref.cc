#include "runtime/kernels/sell_gather.h"

namespace dc::runtime {

void SellGatherRef(const SellMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                   const float* bias, Clamp clamp, float* y) {
  for (size_t slot = first_slice * SellMatrix::kRows; slot < last_slice * SellMatrix::kRows;
       ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    float sum = 0;
    w.ForEachEntry(slot, [&](uint32_t column, float value) { sum += value * x[column]; });
    y[row] = clamp(sum + bias[row]);
  }
}

}  // namespace dc::runtime
