// Values whose channels are their last dimension.
#ifndef DC_MODEL_DIALECTS_CHANNELS_LAST_H_
#define DC_MODEL_DIALECTS_CHANNELS_LAST_H_

#include <cstddef>
#include <string>

#include "model/dialects/node_writer.h"

namespace dc {

// `x` of `rank` dimensions with its last one in the place of its second, and the other way round.
std::string ToChannelsFirst(const std::string& x, size_t rank, NodeWriter* to);
std::string ToChannelsLast(const std::string& x, size_t rank, NodeWriter* to);

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_CHANNELS_LAST_H_
