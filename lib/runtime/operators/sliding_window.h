// Where the windows of a convolution or pooling operator lie.
#ifndef DC_RUNTIME_OPERATORS_SLIDING_WINDOW_H_
#define DC_RUNTIME_OPERATORS_SLIDING_WINDOW_H_

#include <cstdint>
#include <span>

#include "dc/status.h"
#include "format/ops.h"
#include "op/window.h"

namespace dc::runtime {

// One spatial axis: output o reads inputs o * stride - pad_begin + k * dilation, 0 <= k < kernel,
// where they are inside [0, in).
using op::WindowAxis;

// A network over sequences has height 1.
struct SlidingWindow {
  WindowAxis y, x;
};

// The windows of op::SlideWindows over one axis (x alone) or two (y, x). Unsupported for more.
StatusOr<SlidingWindow> MakeSlidingWindow(const op::Attributes& attributes,
                                          std::span<const int64_t> sizes,
                                          std::span<const int64_t> kernel, bool ceil_mode);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_SLIDING_WINDOW_H_
