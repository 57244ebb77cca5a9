#include "runtime/kernels/block_permute.h"

namespace dc::runtime {

void BlockPermuteRef(const BlockMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                     const Epilogue& epilogue, float* y) {
  for (size_t slice = first_slice; slice < last_slice; ++slice) {
    for (size_t lane = 0; lane < BlockMatrix::kRows; ++lane) {
      const uint32_t row = w.slot_rows[slice * BlockMatrix::kRows + lane];
      if (row == w.rows) continue;
      float sum = 0;
      w.ForEachSlot(slice, lane,
                    [&](uint32_t column, uint32_t code) { sum += w.codebook[code] * x[column]; });
      y[row] = epilogue(row, sum);
    }
  }
}

}  // namespace dc::runtime
