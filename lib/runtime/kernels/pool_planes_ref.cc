#include <cmath>

#include "runtime/kernels/pool_planes.h"

namespace dc::runtime {

void PoolPlaneRef(const PoolWindows& windows, const float* x, float*, float* out) {
  const PoolWindows& w = windows;
  for (size_t oy = 0; oy < w.rows; ++oy) {
    for (size_t ox = 0; ox < w.columns; ++ox) {
      for (size_t l = 0; l < w.lanes; ++l) {
        const float* window = x + (oy * w.stride_y + ox * w.stride_x) * w.lanes + l;
        float maximum = window[0], sum = 0;
        for (size_t ky = 0; ky < w.kernel_y; ++ky) {
          for (size_t kx = 0; kx < w.kernel_x; ++kx) {
            const float value = window[(ky * w.tap_step_y + kx * w.tap_step_x) * w.lanes];
            // NaN stays, and no number is larger than NaN.
            if (!std::isnan(maximum) && !(value <= maximum)) maximum = value;
            sum += value;
          }
        }
        out[(oy * w.out_pitch + ox) * w.lanes + l] =
            w.kind == PoolKind::kMaximum ? maximum : sum * w.scale;
      }
    }
  }
}

}  // namespace dc::runtime
