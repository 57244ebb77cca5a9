#include "runtime/kernels/rest_gather.h"

namespace dc::runtime {

void RestGatherRef(const RestMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                   const Epilogue& epilogue, float* y) {
  for (size_t slot = first_slice * RestMatrix::kRows; slot < last_slice * RestMatrix::kRows;
       ++slot) {
    const uint32_t row = w.slot_rows[slot];
    if (row == w.rows) continue;
    float sum = 0;
    for (RestMatrix::Row rest(w, slot); rest.more(); rest.Next()) {
      sum += w.codebook[rest.code()] * x[rest.column()];
    }
    y[row] = epilogue(row, sum);
  }
}

}  // namespace dc::runtime
