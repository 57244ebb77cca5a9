#include "runtime/kernels/sell_gather.h"

namespace dc::runtime {

float SellRowSum(const SellMatrix& w, size_t slot, const float* x) {
  float sum = 0;
  w.ForEachEntry(slot, [&](uint32_t column, float value) {
    if (value != 0.0f) sum += value * x[column];
  });
  return sum;
}

void SellGatherRef(const SellMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                   const Epilogue& epilogue, float* y) {
  for (size_t slot = first_slice * SellMatrix::kRows; slot < last_slice * SellMatrix::kRows;
       ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    y[row] = epilogue(row, SellRowSum(w, slot, x));
  }
}

}  // namespace dc::runtime
