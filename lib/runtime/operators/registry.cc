#include "runtime/operators/registry.h"

#include "op/chosen_operators.h"
#include "runtime/operators/computed_batch_norm_op.h"
#include "runtime/operators/depthwise_conv_op.h"
#include "runtime/operators/grid_conv_op.h"
#include "runtime/operators/grid_pool_op.h"
#include "runtime/operators/product.h"
#include "runtime/operators/rare_operands.h"

namespace dc::runtime {

MakeOperatorKernel* FindMakeOperatorKernel(format::Op op) {
  switch (op) {
#define DC_FILE_OPERATOR(number, name) \
  case format::Op::k##name:            \
    return op::IsChosen(#name) ? Make##name : nullptr;
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"
    case format::Op::kNone:
      break;
  }
  return nullptr;
}

const RareOperands* FindRareOperands() {
  if constexpr (op::IsChosen("RareOperands")) {
    static constexpr RareOperands kRareOperands = {MakeGridConv, MakeDepthwiseConv, MakeGridPool,
                                                   MakeOtherProduct, MakeComputedBatchNorm};
    return &kRareOperands;
  }
  return nullptr;
}

Status RareOperandsLeftOut() {
  return Unsupported("operands of a kind that this build of the runtime leaves out", "",
                     "rebuild it with RareOperands in DC_RUNTIME_OPERATORS");
}

}  // namespace dc::runtime
