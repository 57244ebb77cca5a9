// Reads the spatial geometry of a convolution or pool from its node.
#ifndef DC_TRAIN_BUILD_READ_WINDOW_H_
#define DC_TRAIN_BUILD_READ_WINDOW_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"
#include "op/window.h"
#include "train/build/node_builder.h"

namespace dc::train {

// The windows of the builder's node (op::SlideWindows) for an input of shape `input`, [batch,
// channels, spatial axes], and the given kernel: one per spatial axis.
StatusOr<std::vector<op::WindowAxis>> ReadWindows(const NodeBuilder& builder,
                                                  const std::vector<int64_t>& input,
                                                  std::span<const int64_t> kernel);

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_READ_WINDOW_H_
