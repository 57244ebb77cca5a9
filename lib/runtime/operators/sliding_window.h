// Where the windows of a convolution or pooling operator lie.
#ifndef DC_RUNTIME_OPERATORS_SLIDING_WINDOW_H_
#define DC_RUNTIME_OPERATORS_SLIDING_WINDOW_H_

#include <cstdint>
#include <span>

#include "dc/status.h"
#include "format/ops.h"

namespace dc::runtime {

// One spatial axis: output o reads inputs o * stride - pad_begin + k * dilation, 0 <= k < kernel,
// where they are inside [0, in).
struct WindowAxis {
  int64_t in = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0, out = 1;

  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  int64_t padded() const { return in + pad_begin + pad_end; }
};

// A network over sequences has height 1.
struct SlidingWindow {
  WindowAxis y, x;
};

// Reads "strides", "pads", "dilations" and, where `ceil_mode`, rounds outputs up. `in` and `kernel`
// hold the same number of axes: 1 (x alone) or 2 (y, x), all positive. BadInput on attributes that
// contradict each other or leave no output, Unsupported beyond sane sizes.
StatusOr<SlidingWindow> MakeSlidingWindow(const format::Attributes& attributes,
                                          std::span<const int64_t> in,
                                          std::span<const int64_t> kernel, bool ceil_mode);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_SLIDING_WINDOW_H_
