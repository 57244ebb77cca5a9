// Where the taps of windows over any number of spatial axes are.
#ifndef DC_TRAIN_KERNELS_WINDOW_TAPS_H_
#define DC_TRAIN_KERNELS_WINDOW_TAPS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "op/window.h"

namespace dc::train {

// The element of an image of the size of the axes' `in` that tap t of window p reads, at t *
// windows
// + p, or -1 where it lies outside. Taps and windows are in row-major order of their axes.
std::vector<int32_t> WindowTaps(std::span<const op::WindowAxis> axes);

}  // namespace dc::train

#endif  // DC_TRAIN_KERNELS_WINDOW_TAPS_H_
