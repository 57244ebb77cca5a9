// Operators that only move values, by the map of their record.
#ifndef DC_RUNTIME_OPERATORS_MOVE_OP_H_
#define DC_RUNTIME_OPERATORS_MOVE_OP_H_

#include "dc/status.h"
#include "runtime/operators/node_context.h"

namespace dc::runtime {

// The kernel of any operator whose record has a map of elements.
[[gnu::cold]] StatusOr<NodeResult> MakeMove(const NodeContext& context);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_MOVE_OP_H_
