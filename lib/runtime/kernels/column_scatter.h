// Sparse codebook matrix x vector by the columns of inputs that are not zero.
#ifndef DC_RUNTIME_KERNELS_COLUMN_SCATTER_H_
#define DC_RUNTIME_KERNELS_COLUMN_SCATTER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/kernels/column_matrix.h"
#include "runtime/kernels/epilogue.h"

namespace dc::runtime {

// Writes the numbers of the elements of x[0 .. count) that are not zero and returns how many.
// `active` has room for count + ColumnMatrix::kSlack.
using CollectActive = size_t(const float* x, size_t count, uint32_t* active);

// y[r] = epilogue(r, sum over `active` columns c of W[r][c] * x[c]) for the rows of bands
// [first_band, last_band). Terms are added in the order of `active`, the bias last.
using ColumnScatter = void(const ColumnMatrix& w, size_t first_band, size_t last_band,
                           std::span<const uint32_t> active, const float* x,
                           const Epilogue& epilogue, float* y);

CollectActive CollectActiveRef;
CollectActive CollectActiveSimd;
ColumnScatter ColumnScatterRef;
ColumnScatter ColumnScatterSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_COLUMN_SCATTER_H_
