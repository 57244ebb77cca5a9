// Training under what earlier stages decided: masks and codebooks.
#ifndef DC_PIPELINE_CONSTRAINED_TRAINING_H_
#define DC_PIPELINE_CONSTRAINED_TRAINING_H_

#include <map>
#include <string>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// The quantized weights of `graph` by name.
StatusOr<std::map<std::string, QuantizedWeight>> QuantizedWeightsOf(const Graph& graph);

// Trains `graph`, whose weights named in `quantized` are float initializers, and puts these weights
// into their quantized form afterwards. Each trains under its policy's constraint, starting from
// `original` (the graph before quantization); zeros of other weights stay zero when `keep_zeros`.
StatusOr<TrainResult> TrainConstrained(const TrainOptions& options, const Dataset& data,
                                       const std::map<std::string, QuantizedWeight>& quantized,
                                       const Graph& original, bool keep_zeros, Graph* graph,
                                       Progress* progress);

}  // namespace dc

#endif  // DC_PIPELINE_CONSTRAINED_TRAINING_H_
