// Ways to compute an operator that builds of the runtime may leave out.
#ifndef DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_
#define DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_

#include "dc/status.h"
#include "runtime/operators/depthwise_conv_op.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {

// Operands that classic networks do not have: computed weights and statistics, three spatial axes,
// products other than those of rows with one constant matrix. And filters of one channel, which a
// build without them convolves as it does any other group.
struct RareOperands {
  MakeOperatorKernel* conv;
  MakeConvOverWindow* depthwise_conv;
  MakeOperatorKernel* pool;
  MakeOperatorKernel* product;
  MakeOperatorKernel* norm;
};

// Null where this build of the runtime leaves them out: RareOperands is a name of
// DC_RUNTIME_OPERATORS.
const RareOperands* FindRareOperands();
// Unsupported: it does.
[[gnu::cold]] Status RareOperandsLeftOut();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_
