// Convolutions whose filters read one channel each.
#ifndef DC_RUNTIME_OPERATORS_DEPTHWISE_CONV_OP_H_
#define DC_RUNTIME_OPERATORS_DEPTHWISE_CONV_OP_H_

#include "dc/status.h"
#include "runtime/operators/node_context.h"
#include "runtime/operators/sliding_window.h"

namespace dc::runtime {

// A Conv with a constant weight that slides over `window`.
using MakeConvOverWindow = StatusOr<NodeResult>(const NodeContext& context,
                                                const SlidingWindow& window);

// The Conv has as many groups as channels.
MakeConvOverWindow MakeDepthwiseConv;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_DEPTHWISE_CONV_OP_H_
