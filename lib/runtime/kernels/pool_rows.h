// The two halves of a pooling window: down its rows, then along what is left.
#ifndef DC_RUNTIME_KERNELS_POOL_ROWS_H_
#define DC_RUNTIME_KERNELS_POOL_ROWS_H_

#include <cstddef>

namespace dc::runtime {

enum class PoolKind { kMaximum, kSum };

// out[i] = maximum or sum over k < rows of x[k * row_step + i], i < width. rows is at least 1.
using PoolDown = void(PoolKind kind, const float* x, size_t rows, size_t row_step, size_t width,
                      float* out);

// out[i] = maximum or sum over k < kernel of row[i * stride + k], i < count. kernel is at least 1.
// `row` is readable kReadSlack floats beyond the last one used.
using PoolAlong = void(PoolKind kind, const float* row, size_t kernel, size_t stride, size_t count,
                       float* out);

PoolDown PoolDownRef, PoolDownSimd;
PoolAlong PoolAlongRef, PoolAlongSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_POOL_ROWS_H_
