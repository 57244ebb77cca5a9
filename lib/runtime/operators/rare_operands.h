// Ways to compute an operator that builds of the runtime may leave out.
#ifndef DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_
#define DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_

#include "dc/status.h"
#include "runtime/operators/depthwise_conv_op.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {

// Operands that classic networks do not have: computed weights and statistics, and three spatial
// axes.
struct RareOperands {
  MakeOperatorKernel* conv;
  MakeOperatorKernel* pool;
  MakeOperatorKernel* norm;
};

// Each is a name of DC_RUNTIME_OPERATORS, and null where this build of the runtime leaves it out.
// RareOperands:
const RareOperands* FindRareOperands();
// OtherProducts, than those of rows with one constant matrix:
MakeOperatorKernel* FindOtherProducts();
// DepthwiseConv, of filters of one channel, which else are convolved as any other group:
MakeConvOverWindow* FindDepthwiseConv();

// Unsupported: RareOperands are left out, or OtherProducts.
[[gnu::cold]] Status RareOperandsLeftOut();
[[gnu::cold]] Status OtherProductsLeftOut();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_
