// Sparse codebook matrix x vector: one matrix row per SIMD lane, x gathered.
#ifndef DC_RUNTIME_KERNELS_SELL_GATHER_H_
#define DC_RUNTIME_KERNELS_SELL_GATHER_H_

#include <cstddef>

#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/sell_matrix.h"

namespace dc::runtime {

// y[r] = epilogue(r, sum over c of W[r][c] * x[c]) for the rows r of slices
// [first_slice, last_slice). `x` has w.columns finite floats, `bias` and `y` w.rows. Terms are
// added in the order of columns, the bias last.
using SellGather = void(const SellMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                        const Epilogue& epilogue, float* y);

// Multiplies a slice's sums by the scales of their rows.
void ScaleSlice(const SellMatrix& w, size_t slice, const float* scale, float* sums);

SellGather SellGatherRef;
SellGather SellGatherSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SELL_GATHER_H_
