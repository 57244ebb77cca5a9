// The spatial geometry of convolutions and pools: kernel, stride, dilation and padding.
#ifndef DC_TRAIN_OPS_WINDOW_H_
#define DC_TRAIN_OPS_WINDOW_H_

#include <array>
#include <cstdint>
#include <vector>

#include "dc/status.h"
#include "train/ops/node_builder.h"

namespace dc::train {

// Index 0 is height, 1 is width. All counts are in elements; dilation 1 is dense.
struct Window {
  std::array<int64_t, 2> kernel, stride, dilation, pad_begin, pad_end, output;
  std::array<int64_t, 2> own_pad_end;  // the node's own padding: pad_end without ceil_mode's rest

  // Elements from the first to the last that a window reads along `axis`.
  int64_t Extent(int axis) const { return (kernel[axis] - 1) * dilation[axis] + 1; }
};

// Reads strides, pads, dilations, auto_pad and ceil_mode of the builder's node for an NCHW input of
// shape `input` and the given kernel. pad_end is what the last window needs, which with ceil_mode
// may be more than the node's own padding. Errors: not 2-D, attributes out of range, a window that
// is larger than the padded input.
StatusOr<Window> ReadWindow(const NodeBuilder& builder, const std::vector<int64_t>& input,
                            const std::vector<int64_t>& kernel);

}  // namespace dc::train

#endif  // DC_TRAIN_OPS_WINDOW_H_
