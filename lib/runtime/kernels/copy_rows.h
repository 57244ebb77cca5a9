// Copies of rows between zeros.
#ifndef DC_RUNTIME_KERNELS_COPY_ROWS_H_
#define DC_RUNTIME_KERNELS_COPY_ROWS_H_

#include <cstddef>

namespace dc::runtime {

// Each row becomes `before` zeros, every stride-th of its floats, `count` of them, and `after`
// zeros. Pitches are the floats from one row to the next.
struct RowsToCopy {
  size_t rows = 1, from_pitch = 0, to_pitch = 0;
  size_t before = 0, count = 0, after = 0, stride = 1;
};

// kReadSlack readable floats lie beyond the last one of `from` that is used.
using CopyRows = void(const RowsToCopy& rows, const float* from, float* to);

CopyRows CopyRowsRef, CopyRowsSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_COPY_ROWS_H_
