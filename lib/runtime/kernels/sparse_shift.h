// Sparse codebook matrix x shifted planes: each survivor adds a scaled shift of the input.
#ifndef DC_RUNTIME_KERNELS_SPARSE_SHIFT_H_
#define DC_RUNTIME_KERNELS_SPARSE_SHIFT_H_

#include <cstddef>

#include "runtime/kernels/clamp.h"
#include "runtime/kernels/shift.h"
#include "runtime/kernels/sparse_matrix.h"

namespace dc::runtime {

// What shift.h describes, for the rows of slices [first_slice, last_slice) of `w`; `bias` has
// w.rows floats. Terms are added in the order of columns, the bias last. Precondition:
// shift.offsets is set where w.slice_rows == 1 (convolution) and null where it is 16 (batch).
using SparseShift = void(const SparseMatrix& w, size_t first_slice, size_t last_slice,
                         const Shift& shift, const float* bias, Clamp clamp);

SparseShift SparseShiftRef;
SparseShift SparseShiftSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_SPARSE_SHIFT_H_
