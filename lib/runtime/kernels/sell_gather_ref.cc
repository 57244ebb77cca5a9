#include "runtime/kernels/sell_gather.h"

namespace dc::runtime {

void ScaleSlice(const SellMatrix& w, size_t slice, const float* scale, float* sums) {
  const uint32_t* rows = w.slot_rows.data() + slice * SellMatrix::kRows;
  for (size_t lane = 0; lane < SellMatrix::kRows; ++lane) {
    if (rows[lane] != w.rows) sums[lane] *= scale[rows[lane]];
  }
}

void SellGatherRef(const SellMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                   const Epilogue& epilogue, float* y) {
  for (size_t slot = first_slice * SellMatrix::kRows; slot < last_slice * SellMatrix::kRows;
       ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    float sum = 0;
    w.ForEachEntry(slot, [&](uint32_t column, float value) { sum += value * x[column]; });
    y[row] = epilogue(row, sum);
  }
}

}  // namespace dc::runtime
