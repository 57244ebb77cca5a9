#include "runtime/kernels/block_permute.h"

namespace dc::runtime {

float BlockRowSum(const BlockMatrix& w, size_t slice, size_t lane, const float* x) {
  float sum = 0;
  w.ForEachSlot(slice, lane, [&](uint32_t column, uint32_t code) {
    if (w.codebook[code] != 0.0f) sum += w.codebook[code] * x[column];
  });
  return sum;
}

void BlockPermuteRef(const BlockMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                     const Epilogue& epilogue, float* y) {
  for (size_t slice = first_slice; slice < last_slice; ++slice) {
    for (size_t lane = 0; lane < BlockMatrix::kRows; ++lane) {
      const uint32_t row = w.slot_rows[slice * BlockMatrix::kRows + lane];
      if (row == w.rows) continue;
      y[row] = epilogue(row, BlockRowSum(w, slice, lane, x));
    }
  }
}

}  // namespace dc::runtime
