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

// MakeConv, MakeGemm, ...: one for each operator of a .dcz, which refers to nothing that it alone
// does not need. What no operator of a build refers to is not in a program.
#define DC_FILE_OPERATOR(number, name) [[gnu::cold]] MakeOperatorKernel Make##name;
#define DC_GRAPH_OPERATOR(name)
#include "op/ops.inc"

// The function for `op`, or null where this build of the runtime leaves the operator out.
MakeOperatorKernel* FindMakeOperatorKernel(format::Op op);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_OPERATORS_REGISTRY_H_
