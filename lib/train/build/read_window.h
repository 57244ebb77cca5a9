// Reads the spatial geometry of a convolution or pool from its node.
#ifndef DC_TRAIN_BUILD_READ_WINDOW_H_
#define DC_TRAIN_BUILD_READ_WINDOW_H_

#include <cstdint>
#include <vector>

#include "dc/status.h"
#include "train/build/node_builder.h"
#include "train/kernels/image_window.h"

namespace dc::train {

// The window of the builder's node (op::SlideWindows) for an NCHW input of shape `input` and the
// given kernel. pad_end is what the last window needs, which with ceil_mode may be more than the
// node's own padding. Unsupported where the input is not 2-D.
StatusOr<Window> ReadWindow(const NodeBuilder& builder, const std::vector<int64_t>& input,
                            const std::vector<int64_t>& kernel);

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_READ_WINDOW_H_
