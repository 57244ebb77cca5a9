// NumPy broadcasting of a parameter over the samples of a batch.
#ifndef DC_TRAIN_BUILD_BROADCAST_H_
#define DC_TRAIN_BUILD_BROADCAST_H_

#include <cstdint>
#include <vector>

#include "dc/status.h"
#include "train/build/node_builder.h"

namespace dc::train {

// For each value of one sample of `shape` (dimension 0 is the batch), in row-major order, the index
// of the value of `parameter` that meets it. Error where the shapes do not broadcast to `shape` or
// the parameter differs from sample to sample.
StatusOr<std::vector<uint32_t>> BroadcastMap(const NodeBuilder& builder,
                                             const std::vector<int64_t>& shape,
                                             const Parameter& parameter);

}  // namespace dc::train

#endif  // DC_TRAIN_BUILD_BROADCAST_H_
