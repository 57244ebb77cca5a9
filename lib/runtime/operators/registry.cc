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
      return MakeArithmetic;
    case Op::kRelu:
    case Op::kSigmoid:
    case Op::kTanh:
    case Op::kClip:
    case Op::kLeakyRelu:
    case Op::kElu:
    case Op::kHardSwish:
      return MakeActivation;
    case Op::kSoftmax:
      return MakeSoftmax;
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
    case Op::kSlice:
    case Op::kPad:
    case Op::kExpand:
    case Op::kTile:
    case Op::kDepthToSpace:
    case Op::kSpaceToDepth:
      return MakeMove;
    case Op::kGather:
      return MakeGather;
    case Op::kResize:
      return MakeResize;
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
