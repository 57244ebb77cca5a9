#include "pipeline/data_scaling.h"

namespace dc {

StatusOr<Preprocess> ScalingFor(const Graph& graph, const Dataset& data) {
  DC_ASSIGN_OR_RETURN(Preprocess preprocess, PreprocessFromMetadata(graph.metadata));
  DC_RETURN_IF_ERROR(CheckPreprocess(preprocess, data.channels));
  return preprocess;
}

}  // namespace dc
