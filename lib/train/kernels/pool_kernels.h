// Pooling over images of any layout that keeps `inner` values of a pixel together.
#ifndef DC_TRAIN_KERNELS_POOL_KERNELS_H_
#define DC_TRAIN_KERNELS_POOL_KERNELS_H_

#include <array>
#include <cstdint>

#include "op/window.h"

namespace dc::train {

// Input [outer][axes[0].in][axes[1].in][axes[2].in][inner], and the output likewise: depth, height
// and width. Axes that images of fewer dimensions lack come first and have size 1.
struct PoolShape {
  int64_t outer = 0, inner = 0;
  std::array<op::WindowAxis, 3> axes;
  bool count_padding = false;  // averages divide by the taps in the node's own padding too
  float p = 2;                 // of an Lp pool

  int64_t InSize() const { return outer * axes[0].in * axes[1].in * axes[2].in * inner; }
};

// y = the greatest tap inside the image. A window always has one.
void MaxPoolForward(const PoolShape& shape, const float* x, float* y);
// dx = dy at the first tap that has the maximum, summed over windows; 0 elsewhere.
void MaxPoolBackward(const PoolShape& shape, const float* x, const float* y, const float* dy,
                     float* dx);
// y = the sum of the taps inside the image over the number of taps that count.
void AveragePoolForward(const PoolShape& shape, const float* x, float* y);
void AveragePoolBackward(const PoolShape& shape, const float* dy, float* dx);
// y = (the sum of |tap|^p)^(1/p).
void LpPoolForward(const PoolShape& shape, const float* x, float* y);
void LpPoolBackward(const PoolShape& shape, const float* x, const float* y, const float* dy,
                    float* dx);

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_POOL_KERNELS_H_
