#include "runtime/kernels/copy_rows.h"

namespace dc::runtime {

void CopyRowsRef(const RowsToCopy& rows, const float* from, float* to) {
  for (size_t row = 0; row < rows.rows; ++row, from += rows.from_pitch, to += rows.to_pitch) {
    float* out = to;
    for (size_t i = 0; i < rows.before; ++i) *out++ = 0;
    for (size_t i = 0; i < rows.count; ++i) *out++ = from[i * rows.stride];
    for (size_t i = 0; i < rows.after; ++i) *out++ = 0;
  }
}

}  // namespace dc::runtime
