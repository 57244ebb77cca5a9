#include "runtime/operators/registry.h"

namespace dc::runtime {

MakeOperatorKernel* FindMakeOperatorKernel(format::Op op) {
  using format::Op;
  switch (op) {
    case Op::kConv:
      return MakeConv;
    case Op::kGemm:
    case Op::kMatMul:
      return MakeFullyConnected;
    case Op::kAdd:
    case Op::kMul:
    case Op::kSub:
    case Op::kDiv:
    case Op::kPow:
    case Op::kMax:
    case Op::kMin:
    case Op::kMod:
    case Op::kPRelu:
    case Op::kEqual:
    case Op::kGreater:
    case Op::kGreaterOrEqual:
    case Op::kAnd:
    case Op::kOr:
      return MakeArithmetic;
    case Op::kWhere:
      return MakeWhere;
    case Op::kRelu:
    case Op::kSigmoid:
    case Op::kTanh:
    case Op::kClip:
    case Op::kLeakyRelu:
    case Op::kElu:
    case Op::kHardSwish:
#define DC_UNARY(name, opset, traits, specs, cost) case Op::k##name:
#include "op/unary.inc"
      return MakeActivation;
    case Op::kSoftmax:
    case Op::kLogSoftmax:
    case Op::kHardmax:
    case Op::kLpNormalization:
    case Op::kCumSum:
      return MakeAlongAxis;
    case Op::kReduceSum:
    case Op::kReduceMean:
    case Op::kReduceMax:
    case Op::kReduceMin:
    case Op::kReduceProd:
    case Op::kReduceLogSumExp:
    case Op::kArgMax:
      return MakeReduce;
    case Op::kMaxPool:
    case Op::kAveragePool:
      return MakePool;
    case Op::kGlobalAveragePool:
    case Op::kGlobalMaxPool:
      return MakeGlobalPool;
    case Op::kBatchNormalization:
      return MakeBatchNorm;
    case Op::kFlatten:
    case Op::kReshape:
      return MakeReshape;
    case Op::kTranspose:
      return MakeTranspose;
    case Op::kConcat:
      return MakeConcat;
    case Op::kLrn:
      return MakeLrn;
    case Op::kNone:
      break;
  }
  return nullptr;
}

}  // namespace dc::runtime
