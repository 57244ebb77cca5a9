// The kernel of operators that only move values.
#ifndef DC_RUNTIME_OPERATORS_MOVED_VALUES_H_
#define DC_RUNTIME_OPERATORS_MOVED_VALUES_H_

#include "dc/status.h"
#include "op/element_map.h"
#include "runtime/operators/node_context.h"

namespace dc::runtime {

// The values of input 0, an activation or a constant, where `map` puts them.
[[gnu::cold]] StatusOr<NodeResult> MoveValues(const NodeContext& context, op::ElementMap map);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_MOVED_VALUES_H_
