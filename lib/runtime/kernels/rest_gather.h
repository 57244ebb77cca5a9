// Adds what found no slot in a BlockMatrix or a ByteMatrix.
#ifndef DC_RUNTIME_KERNELS_REST_GATHER_H_
#define DC_RUNTIME_KERNELS_REST_GATHER_H_

#include <cstddef>

#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/rest_matrix.h"

namespace dc::runtime {

// y[r] = epilogue(r, sum over the entries of row r of value * x[column]) for the rows r of slices
// [first_slice, last_slice). `x` has w.columns finite floats, `y` w.rows; the bias may be `y`.
using RestGather = void(const RestMatrix& w, size_t first_slice, size_t last_slice, const float* x,
                        const Epilogue& epilogue, float* y);

RestGather RestGatherRef;
// Both compute the same: one by the instruction that gathers inputs, one by a load for each, which
// on processors of AMD takes half as long.
RestGather RestGatherSimd;
RestGather RestLoadSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_REST_GATHER_H_
