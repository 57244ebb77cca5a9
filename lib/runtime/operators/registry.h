// The operators that the runtime executes.
#ifndef DC_RUNTIME_OPERATORS_REGISTRY_H_
#define DC_RUNTIME_OPERATORS_REGISTRY_H_

#include "dc/status.h"
#include "format/manifest.h"
#include "runtime/operators/node_context.h"

namespace dc::runtime {

// Checks the node's inputs and attributes, infers its output's shape and prepares its weights.
// Errors leave out the node, which the plan adds, as it refuses outputs above kMaxSampleSize.
// Inputs are as many as the operator takes. Cold, since called once a node: compiled for size.
using MakeOp = StatusOr<NodeResult>(const NodeContext& context);

[[gnu::cold]] MakeOp MakeConv;
[[gnu::cold]] MakeOp MakeFullyConnected;  // Gemm and MatMul
[[gnu::cold]] MakeOp MakeArithmetic;      // Add, Mul, Sub
[[gnu::cold]] MakeOp MakeActivation;      // Relu, Sigmoid, Tanh, Clip, LeakyRelu
[[gnu::cold]] MakeOp MakeSoftmax;
[[gnu::cold]] MakeOp MakePool;  // MaxPool, AveragePool
[[gnu::cold]] MakeOp MakeGlobalAveragePool;
[[gnu::cold]] MakeOp MakeBatchNorm;
[[gnu::cold]] MakeOp MakeFlatten;
[[gnu::cold]] MakeOp MakeReshape;
[[gnu::cold]] MakeOp MakeTranspose;
[[gnu::cold]] MakeOp MakeConcat;
[[gnu::cold]] MakeOp MakeLrn;

// The function for `op`, or null.
MakeOp* FindMakeOp(format::Op op);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_REGISTRY_H_
