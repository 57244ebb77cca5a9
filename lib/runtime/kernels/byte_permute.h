// Sparse codebook matrix x vector of 8-bit numbers: inputs and centroids from register
// permutations.
#ifndef DC_RUNTIME_KERNELS_BYTE_PERMUTE_H_
#define DC_RUNTIME_KERNELS_BYTE_PERMUTE_H_

#include <cstddef>
#include <cstdint>

#include "runtime/kernels/byte_matrix.h"
#include "runtime/kernels/epilogue.h"

namespace dc::runtime {

// x[i] is about scale * (bytes[i] - zero).
struct ByteRange {
  float scale = 1;
  int32_t zero = 0;
};

// The range of `count` finite numbers, 0 among them, in 255 steps, and the numbers in it: each is
// the nearest, halves to even. `bytes` has room for a multiple of 64, which is filled up.
using QuantizeBytes = ByteRange(const float* x, size_t count, uint8_t* bytes);
// y[r] = epilogue(r, range.scale * w.scale * sum over the slots of row r, those in w.rest not among
// them, of number * (bytes[column] - range.zero)), for the rows r of slices [first_slice,
// last_slice). The sums are exact.
using BytePermute = void(const ByteMatrix& w, size_t first_slice, size_t last_slice,
                         const uint8_t* bytes, const ByteRange& range, const Epilogue& epilogue,
                         float* y);

QuantizeBytes QuantizeBytesRef;
BytePermute BytePermuteRef;
// Only where BytePermuteIsFast().
QuantizeBytes QuantizeBytesSimd;
BytePermute BytePermuteSimd;

// Whether the processor permutes and multiplies bytes of 512 bits (AVX-512 VBMI and VNNI).
bool BytePermuteIsFast();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_BYTE_PERMUTE_H_
