// What a stage leaves as it is, and why.
#ifndef DC_PIPELINE_LEFT_ALONE_H_
#define DC_PIPELINE_LEFT_ALONE_H_

#include <vector>

#include "dc/graph.h"
#include "dc/prune.h"
#include "dc/report.h"

namespace dc {

// The weights of `graph` for which `options` have no setting, and the tensors that no stage
// compresses.
std::vector<Uncompressed> NotPruned(const PruneOptions& options, const Graph& graph);

}  // namespace dc

#endif  // DC_PIPELINE_LEFT_ALONE_H_
