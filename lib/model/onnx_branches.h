// If nodes whose condition is known before the run.
#ifndef DC_MODEL_ONNX_BRANCHES_H_
#define DC_MODEL_ONNX_BRANCHES_H_

#include <onnx/onnx_pb.h>

#include <functional>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Makes a graph of a model that has no subgraphs, not yet in the canonical form.
using ReadGraph = std::function<StatusOr<Graph>(const onnx::ModelProto& model)>;

// Puts the nodes of the branch that is taken in the place of each If of `model` whose condition
// follows from constants and shapes. All other Ifs stay. Precondition: nodes are sorted.
void TakeBranches(const ReadGraph& read, onnx::ModelProto* model);

}  // namespace dc

#endif  // DC_MODEL_ONNX_BRANCHES_H_
