// Ways to compute an operator that builds of the runtime may leave out.
#ifndef DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_
#define DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_

#include "dc/status.h"
#include "runtime/operators/product.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {

// Operands that classic networks do not have: computed weights, three spatial axes, a weight on the
// left, a matrix that a Gemm adds.
struct RareOperands {
  MakeOperatorKernel* conv;
  MakeOperatorKernel* pool;
  MakeOperatorKernel* product;
  AddToProduct* add_matrix;
};

// Null where this build of the runtime leaves them out: RareOperands is a name of
// DC_RUNTIME_OPERATORS.
const RareOperands* FindRareOperands();
// Unsupported: it does.
[[gnu::cold]] Status RareOperandsLeftOut();

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_RARE_OPERANDS_H_
