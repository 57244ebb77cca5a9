// Pruning and quantization from a few hundred samples without labels, and without training.
#ifndef DC_PIPELINE_CALIBRATED_STAGES_H_
#define DC_PIPELINE_CALIBRATED_STAGES_H_

#include <vector>

#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/prune.h"
#include "dc/quantize.h"
#include "dc/status.h"

namespace dc {

// Prunes as `options` say (criterion density or global), by what each weight means to the outputs
// of its layer, and sets the weights that stay so that they make up for those that went. The global
// criterion weighs layers by what their error does to the network's outputs. Layers that are not
// covered are pruned by magnitude; under the global criterion they stay.
Status PruneCalibrated(const PruneOptions& options, uint64_t seed, int threads, Graph* graph,
                       Progress* progress);

// Gives every weight a codebook of its bits whose choice and codes keep the outputs of the layers
// close. Layers that are not covered, have another policy than kmeans or more than 10 bits get
// what QuantizeGraph gives them.
Status QuantizeCalibrated(const QuantizeOptions& options, Graph* graph,
                          std::vector<LayerQuantization>* outcomes, Progress* progress);

}  // namespace dc

#endif  // DC_PIPELINE_CALIBRATED_STAGES_H_
