// The spatial geometry of convolutions and pools: kernel, stride, dilation and padding.
#ifndef DC_TRAIN_KERNELS_IMAGE_WINDOW_H_
#define DC_TRAIN_KERNELS_IMAGE_WINDOW_H_

#include <array>
#include <cstdint>

namespace dc::train {

// Index 0 is height, 1 is width. All counts are in elements; dilation 1 is dense.
struct Window {
  std::array<int64_t, 2> kernel, stride, dilation, pad_begin, pad_end, output;
  std::array<int64_t, 2> own_pad_end;  // the node's own padding: pad_end without ceil_mode's rest

  // Elements from the first to the last that a window reads along `axis`.
  int64_t Extent(int axis) const { return (kernel[axis] - 1) * dilation[axis] + 1; }
};

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_IMAGE_WINDOW_H_
