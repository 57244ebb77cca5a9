// Pooling over images of any layout that keeps `inner` values of a pixel together.
#ifndef DC_TRAIN_KERNELS_POOL_KERNELS_H_
#define DC_TRAIN_KERNELS_POOL_KERNELS_H_

#include <cstdint>

#include "train/kernels/image_window.h"

namespace dc::train {

// Input [outer][height][width][inner] and output [outer][window.output...][inner].
struct PoolShape {
  int64_t outer, height, width, inner;
  Window window;
  bool count_padding;  // averages divide by the taps in the node's own padding too
};

// y = the greatest tap inside the image. A window always has one.
void MaxPoolForward(const PoolShape& shape, const float* x, float* y);
// dx = dy at the first tap that has the maximum, summed over windows; 0 elsewhere.
void MaxPoolBackward(const PoolShape& shape, const float* x, const float* y, const float* dy,
                     float* dx);
// y = the sum of the taps inside the image over the number of taps that count.
void AveragePoolForward(const PoolShape& shape, const float* x, float* y);
void AveragePoolBackward(const PoolShape& shape, const float* dy, float* dx);

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_POOL_KERNELS_H_
