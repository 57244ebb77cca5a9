// The input scaling of a model, checked against the data that it is about to read.
#ifndef DC_PIPELINE_DATA_SCALING_H_
#define DC_PIPELINE_DATA_SCALING_H_

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// What the metadata of `graph` says; BadInput where it does not fit the channels of `data`.
StatusOr<Preprocess> ScalingFor(const Graph& graph, const Dataset& data);

}  // namespace dc

#endif  // DC_PIPELINE_DATA_SCALING_H_
