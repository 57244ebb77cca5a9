// How much a node has to do for a sample, from its shapes alone.
#ifndef DC_RUNTIME_OPERATORS_WORK_H_
#define DC_RUNTIME_OPERATORS_WORK_H_

#include "runtime/operators/node_context.h"

namespace dc::runtime {

// Multiply-adds, as if no weight was zero, and a few for each value that goes in and comes out: an
// upper bound of what the node costs, in units of about a nanosecond at most. `context` has its
// output's shape.
double WorkOf(const NodeContext& context);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_WORK_H_
