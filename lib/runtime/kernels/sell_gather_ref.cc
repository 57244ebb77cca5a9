#include <cmath>

#include "runtime/kernels/sell_gather.h"

namespace dc::runtime {

namespace {

float RowSum(const SellMatrix& w, size_t slot, const float* x) {
  float sum = 0;
  w.ForEachEntry(slot, [&](uint32_t column, float value) {
    if (value != 0.0f) sum += value * x[column];
  });
  return sum;
}

}  // namespace

void SumAgainWhereNaN(const SellMatrix& w, size_t slice, const float* x, float* sums) {
  for (size_t lane = 0; lane < SellMatrix::kRows; ++lane) {
    if (std::isnan(sums[lane])) sums[lane] = RowSum(w, slice * SellMatrix::kRows + lane, x);
  }
}

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
    y[row] = epilogue(row, RowSum(w, slot, x));
  }
}

}  // namespace dc::runtime
