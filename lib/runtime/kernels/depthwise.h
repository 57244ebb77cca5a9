// Depthwise convolution: each filter reads one channel.
#ifndef DC_RUNTIME_KERNELS_DEPTHWISE_H_
#define DC_RUNTIME_KERNELS_DEPTHWISE_H_

#include <algorithm>
#include <cstddef>

#include "runtime/kernels/epilogue.h"
#include "runtime/kernels/lanes.h"
#include "runtime/kernels/shift.h"

namespace dc::runtime {

// Output o reads inputs o * stride + k * dilation - pad, 0 <= k < kernel, where they are inside
// [0, in).
struct DepthwiseAxis {
  size_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, pad = 0;

  size_t extent() const { return (kernel - 1) * dilation + 1; }
};

struct DepthwiseShape {
  DepthwiseAxis y, x;
  size_t filters_per_channel = 1;
  Lanes lanes = 1;  // samples of a value, beside each other: 1 or a multiple of kShiftUnit

  // Of one sample a strip of rows at a time is copied, zeros where the window is outside. Columns
  // with the same remainder by the stride lie beside each other, a phase.
  size_t phases() const { return std::min(x.stride, x.extent()); }
  size_t PhaseFloats() const {
    return RoundUpToShiftUnit(RoundUpToShiftUnit(x.out) + (x.extent() - 1) / x.stride);
  }
  // Of these, what outputs depend on.
  size_t UsedFloats() const { return x.out + (x.extent() - 1) / x.stride; }
  size_t RowFloats() const { return phases() * PhaseFloats(); }
  // Output rows of a strip, whose copy is to take a third of a first-level cache, and the rows of
  // the copy.
  static constexpr size_t kLeastRows = 4;
  size_t StripRows() const {
    constexpr size_t kStripFloats = 16 * 1024 / sizeof(float);
    const size_t rows = kStripFloats / RowFloats(), beyond = y.extent();
    return std::max(rows > beyond ? (rows - beyond) / y.stride + 1 : 0, kLeastRows);
  }
  size_t CopyRows(size_t outputs) const { return (outputs - 1) * y.stride + y.extent(); }
  size_t in_size() const { return y.in * x.in * lanes; }
  size_t out_size() const { return y.out * x.out * lanes; }
  size_t taps() const { return y.kernel * x.kernel; }
  size_t CopyFloats() const {
    return CopyRows(std::min(StripRows(), y.out)) * RowFloats() + 2 * kShiftUnit;
  }
  // Two copies: one is written while the other is read.
  size_t ScratchFloats() const { return lanes > 1 ? 0 : 2 * CopyFloats(); }
};

// For filters f of [begin, end), each of which has a plane of outputs and reads plane
// f / filters_per_channel of inputs:
//   y[f][(oy * x.out + ox) * lanes + l] = epilogue(f, sum over ky, kx of
//       filters[f][ky * x.kernel + kx] * the input at oy * y.stride + ky * y.dilation - y.pad and
//       ox * x.stride + kx * x.dilation - x.pad of sample l).
// The epilogue has no scale. `scratch` is memory of ScratchFloats().
using DepthwisePlanes = void(const DepthwiseShape& shape, size_t begin, size_t end,
                             const float* filters, const Epilogue& epilogue, const float* x,
                             float* scratch, float* y);

DepthwisePlanes DepthwisePlanesRef, DepthwisePlanesSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_DEPTHWISE_H_
