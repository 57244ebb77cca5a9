// Windows that slide over spatial axes: convolution and pooling.
#ifndef DC_OP_WINDOW_H_
#define DC_OP_WINDOW_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"
#include "op/attributes.h"

namespace dc::op {

// A window along one axis, in elements.
struct WindowAxis {
  int64_t in = 1, out = 1, kernel = 1, stride = 1, dilation = 1, pad_begin = 0, pad_end = 0;

  int64_t extent() const { return (kernel - 1) * dilation + 1; }
  int64_t padded() const { return in + pad_begin + pad_end; }
};

// The windows that strides, pads and dilations of `attributes` give for inputs of `sizes` and
// windows of `kernel`, one entry per spatial axis each. With `ceil_mode` a last window that does
// not fit exists as long as it begins in the input or in the padding before it. BadInput for lists
// of another length, a stride, dilation or window below 1 and a window that is larger than its
// padded input; Unsupported for negative pads and settings or sizes beyond 2^22.
Status SlideWindows(const Attributes& attributes, std::span<const int64_t> sizes,
                    std::span<const int64_t> kernel, bool ceil_mode,
                    std::vector<WindowAxis>* windows);

// The same windows of a transposed convolution for inputs of `sizes`: those of the convolution that
// leads from its outputs back to its inputs. So WindowAxis::in is the size of its output, which
// strides, pads, dilations and output_padding give, and WindowAxis::out that of its input.
Status SpreadWindows(const Attributes& attributes, std::span<const int64_t> sizes,
                     std::span<const int64_t> kernel, std::vector<WindowAxis>* windows);

// BadInput where the attribute kernel_shape of a convolution states another kernel than its weight
// has.
Status CheckStatedKernel(const Attributes& attributes, std::span<const int64_t> kernel);

}  // namespace dc::op

#endif  // DC_OP_WINDOW_H_
