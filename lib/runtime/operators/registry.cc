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
    static constexpr RareOperands kRareOperands = {MakeGridConv, MakeGridPool,
                                                   MakeComputedBatchNorm};
    return &kRareOperands;
  }
  return nullptr;
}

MakeOperatorKernel* FindOtherProducts() {
  return op::IsChosen("OtherProducts") ? MakeOtherProduct : nullptr;
}

MakeConvOverWindow* FindDepthwiseConv() {
  return op::IsChosen("DepthwiseConv") ? MakeDepthwiseConv : nullptr;
}

namespace {
Status LeftOut(const char* advice) {
  return Unsupported("operands of a kind that this build of the runtime leaves out", "", advice);
}
}  // namespace

Status RareOperandsLeftOut() {
  return LeftOut("rebuild it with RareOperands in DC_RUNTIME_OPERATORS");
}

Status OtherProductsLeftOut() {
  return LeftOut("rebuild it with OtherProducts in DC_RUNTIME_OPERATORS");
}

}  // namespace dc::runtime
