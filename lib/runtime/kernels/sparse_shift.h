// Sparse codebook matrix x shifted planes: each survivor adds a scaled shift of the input.
#ifndef DC_RUNTIME_KERNELS_SPARSE_SHIFT_H_
#define DC_RUNTIME_KERNELS_SPARSE_SHIFT_H_

#include <cstddef>

#include "runtime/kernels/csb_matrix.h"
#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {

// What shift.h describes, for the rows of bands [first_band, last_band) of `w`. The bias
// comes first, or last where there is a scale; the terms are added in the order of columns.
using SparseShift = void(const CsbMatrix& w, size_t first_band, size_t last_band,
                         const Shift& shift, const Epilogue& epilogue);

SparseShift SparseShiftRef;
SparseShift SparseShiftSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SPARSE_SHIFT_H_
