// Pools over any number of spatial axes, tap by tap: what pool_op.cc has no kernel for.
#ifndef DC_RUNTIME_OPERATORS_GRID_POOL_OP_H_
#define DC_RUNTIME_OPERATORS_GRID_POOL_OP_H_

#include "runtime/operators/registry.h"

namespace dc::runtime {

// MaxPool, AveragePool, LpPool and GlobalLpPool.
[[gnu::cold]] MakeOperatorKernel MakeGridPool;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_GRID_POOL_OP_H_
