// Pooling of one plane: windows are reduced down their rows first, then along.
#ifndef DC_RUNTIME_KERNELS_POOL_PLANES_H_
#define DC_RUNTIME_KERNELS_POOL_PLANES_H_

#include <cstddef>

#include "runtime/kernels/lanes.h"

namespace dc::runtime {

enum class PoolKind { kMaximum, kAverage };

// Windows in rows and columns, all of the same size and inside the plane.
struct PoolWindows {
  PoolKind kind = PoolKind::kMaximum;
  Lanes lanes = 1;                        // samples of a value, beside each other
  size_t kernel_y = 1, kernel_x = 1;      // at least 1
  size_t tap_step_y = 1, tap_step_x = 1;  // values from one tap to the next; y: whole rows of them
  size_t stride_y = 1, stride_x = 1;      // values from one window to the next; y: whole rows
  size_t rows = 1, columns = 1;           // windows
  size_t out_pitch = 1;                   // values from one row of outputs to the next
  float scale = 1;                        // what a sum is multiplied by for an average

  // Values of one row that the windows span.
  size_t Width() const { return (columns - 1) * stride_x + (kernel_x - 1) * tap_step_x + 1; }
};

// out[(oy * out_pitch + ox) * lanes + l] = maximum, or scale times sum, over ky < kernel_y and
// kx < kernel_x of x[(oy * stride_y + ky * tap_step_y + ox * stride_x + kx * tap_step_x) * lanes +
// l]; NaN where one of them is. `line` is memory for Width() * lanes + kReadSlack floats.
using PoolPlane = void(const PoolWindows& windows, const float* x, float* line, float* out);

PoolPlane PoolPlaneRef, PoolPlaneSimd;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_POOL_PLANES_H_
