// Convolutions over any number of spatial axes: what conv_op.cc has no kernel for.
#ifndef DC_RUNTIME_OPERATORS_GRID_CONV_OP_H_
#define DC_RUNTIME_OPERATORS_GRID_CONV_OP_H_

#include "runtime/operators/registry.h"

namespace dc::runtime {

// A Conv over three axes or more, or with a weight or bias that is computed.
[[gnu::cold]] MakeOperatorKernel MakeGridConv;

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_GRID_CONV_OP_H_
