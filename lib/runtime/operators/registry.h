// The operators that the runtime executes.
#ifndef DC_RUNTIME_OPERATORS_REGISTRY_H_
#define DC_RUNTIME_OPERATORS_REGISTRY_H_

#include "dc/status.h"
#include "format/manifest.h"
#include "runtime/operators/node_context.h"

namespace dc::runtime {

// Prepares the kernel and the weights of a node whose shapes its operator's record has inferred.
// Unsupported, without the node, where the runtime lacks something. Cold, since called once per
// node: compiled for size.
using MakeOperatorKernel = StatusOr<NodeResult>(const NodeContext& context);

[[gnu::cold]] MakeOperatorKernel MakeConv;
[[gnu::cold]] MakeOperatorKernel MakeFullyConnected;  // Gemm and MatMul
[[gnu::cold]] MakeOperatorKernel MakeArithmetic;      // Add, Sub, Mul, Div
[[gnu::cold]] MakeOperatorKernel
    MakeActivation;  // Relu, Sigmoid, Tanh, Clip, LeakyRelu, Elu, HardSwish
[[gnu::cold]] MakeOperatorKernel MakeSoftmax;
[[gnu::cold]] MakeOperatorKernel MakePool;        // MaxPool, AveragePool
[[gnu::cold]] MakeOperatorKernel MakeGlobalPool;  // GlobalAveragePool, GlobalMaxPool
[[gnu::cold]] MakeOperatorKernel MakeBatchNorm;
[[gnu::cold]] MakeOperatorKernel MakeReshape;  // Reshape and Flatten
[[gnu::cold]] MakeOperatorKernel MakeMove;     // Transpose, Slice, Pad, Expand, Tile, ...
[[gnu::cold]] MakeOperatorKernel MakeGather;
[[gnu::cold]] MakeOperatorKernel MakeResize;
[[gnu::cold]] MakeOperatorKernel MakeConcat;
[[gnu::cold]] MakeOperatorKernel MakeLrn;

// The function for `op`, or null.
MakeOperatorKernel* FindMakeOperatorKernel(format::Op op);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_REGISTRY_H_
