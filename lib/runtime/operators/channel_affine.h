// A scale and a shift per channel: what a batch normalization comes down to.
#ifndef DC_RUNTIME_OPERATORS_CHANNEL_AFFINE_H_
#define DC_RUNTIME_OPERATORS_CHANNEL_AFFINE_H_

#include <cstdint>
#include <vector>

#include "dc/status.h"

namespace dc::runtime {

struct NodeContext;

// y = scale[channel] * x + shift[channel]; the identity where it is empty.
struct ChannelAffine {
  std::vector<float> scale, shift;
};

// That of the BatchNormalization `context`, over `channels` channels.
Status LoadBatchNorm(const NodeContext& context, int64_t channels, ChannelAffine* affine);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_CHANNEL_AFFINE_H_
