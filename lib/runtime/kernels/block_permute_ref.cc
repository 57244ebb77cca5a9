#include <algorithm>

#include "runtime/kernels/block_permute.h"

namespace dc::runtime {

void BlockPermuteRef(const BlockMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                     const float* bias, float* y) {
  const uint32_t first = static_cast<uint32_t>(first_slice * BlockMatrix::kRows);
  const uint32_t last =
      static_cast<uint32_t>(std::min<size_t>(last_slice * BlockMatrix::kRows, w.rows));
  for (uint32_t row = first; row < last; ++row) {
    float sum = 0;
    w.ForEachSlot(row, [&](uint32_t column, uint32_t code) {
      // Columns beyond the matrix occur in unused slots only.
      if (column < w.columns) sum += w.codebook[code] * x[column];
    });
    y[row] = bias[row] + sum;
  }
}

}  // namespace dc::runtime
