// Sparse codebook matrix x vector: inputs and centroids from register permutations.
#ifndef DC_RUNTIME_KERNELS_BLOCK_PERMUTE_H_
#define DC_RUNTIME_KERNELS_BLOCK_PERMUTE_H_

#include <cstddef>

#include "runtime/kernels/block_matrix.h"
#include "runtime/kernels/epilogue.h"

namespace dc::runtime {

// y[r] = epilogue(r, sum over the slots of row r, those in w.rest not among them, of value *
// x[column]), for the rows r of slices [first_slice, last_slice). `x` has w.columns finite floats,
// `y` has w.rows.
using BlockPermute = void(const BlockMatrix& w, size_t first_slice, size_t last_slice,
                          const float* x, const Epilogue& epilogue, float* y);

BlockPermute BlockPermuteRef;
BlockPermute BlockPermuteSimd;

// Whether BlockPermuteSimd has the instructions here that make it fast: permutations of two
// registers of 16 numbers.
bool BlockPermuteIsFast();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_BLOCK_PERMUTE_H_
