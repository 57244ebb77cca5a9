// The operators that the runtime executes.
#ifndef DC_RUNTIME_OPS_REGISTRY_H_
#define DC_RUNTIME_OPS_REGISTRY_H_

#include "dc/status.h"
#include "format/manifest.h"
#include "runtime/node_context.h"

namespace dc::runtime {

// Checks the node's inputs and attributes, infers its output's shape and prepares its weights.
// Errors leave out the node, which the plan adds, as it refuses outputs above kMaxSampleSize.
// Inputs are as many as the operator takes.
using MakeOp = StatusOr<NodeResult>(const NodeContext& context);

MakeOp MakeConv;
MakeOp MakeFullyConnected;  // Gemm and MatMul
MakeOp MakeArithmetic;      // Add, Mul, Sub
MakeOp MakeActivation;      // Relu, Sigmoid, Tanh, Clip, LeakyRelu
MakeOp MakeSoftmax;
MakeOp MakePool;  // MaxPool, AveragePool
MakeOp MakeGlobalAveragePool;
MakeOp MakeBatchNorm;
MakeOp MakeFlatten;
MakeOp MakeReshape;
MakeOp MakeTranspose;
MakeOp MakeConcat;
MakeOp MakeLrn;

// The function for `op`, or null.
MakeOp* FindMakeOp(format::Op op);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPS_REGISTRY_H_
