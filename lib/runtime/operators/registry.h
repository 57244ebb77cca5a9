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
using MakeOperatorKernel = StatusOr<NodeResult>(const NodeContext& context);

[[gnu::cold]] MakeOperatorKernel MakeConv;
[[gnu::cold]] MakeOperatorKernel MakeFullyConnected;  // Gemm and MatMul
[[gnu::cold]] MakeOperatorKernel MakeArithmetic;      // Add, Mul, Sub
[[gnu::cold]] MakeOperatorKernel MakeActivation;      // Relu, Sigmoid, Tanh, Clip, LeakyRelu
[[gnu::cold]] MakeOperatorKernel MakeSoftmax;
[[gnu::cold]] MakeOperatorKernel MakePool;  // MaxPool, AveragePool
[[gnu::cold]] MakeOperatorKernel MakeGlobalAveragePool;
[[gnu::cold]] MakeOperatorKernel MakeBatchNorm;
[[gnu::cold]] MakeOperatorKernel MakeFlatten;
[[gnu::cold]] MakeOperatorKernel MakeReshape;
[[gnu::cold]] MakeOperatorKernel MakeTranspose;
[[gnu::cold]] MakeOperatorKernel MakeConcat;
[[gnu::cold]] MakeOperatorKernel MakeLrn;

// The function for `op`, or null.
MakeOperatorKernel* FindMakeOperatorKernel(format::Op op);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_REGISTRY_H_
