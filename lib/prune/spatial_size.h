// The size of a channel's plane inside a network.
#ifndef DC_PRUNE_SPATIAL_SIZE_H_
#define DC_PRUNE_SPATIAL_SIZE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "dc/graph.h"

namespace dc {

// Number of positions (height x width) of each channel of `value`, followed from the graph input
// through convolutions, pooling and element-wise operators; nothing where that does not lead
// there or a size is not fixed.
std::optional<int64_t> SpatialSize(const Graph& graph, const std::string& value);

}  // namespace dc

#endif  // DC_PRUNE_SPATIAL_SIZE_H_
