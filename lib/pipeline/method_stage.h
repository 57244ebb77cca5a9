// Quantizing by a method: a graph of quantizers, trained.
#ifndef DC_PIPELINE_METHOD_STAGE_H_
#define DC_PIPELINE_METHOD_STAGE_H_

#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/quantize.h"
#include "dc/status.h"
#include "dc/train.h"
#include "quantize/method.h"

namespace dc {

// Puts the quantizers of `options.method` into `graph`, whose weights are floats or have no value
// yet, trains for `training.epochs`, and leaves every weight of the method in its quantized form.
// Stages after the first have logs, charts and checkpoints of their own (StageFile).
// Reports epochs in `epochs` and the layers in `layers`.
Status RunMethod(const QuantizeOptions& options, const TrainOptions& training, const Dataset* data,
                 Graph* graph, std::vector<LayerQuantization>* layers, int* epochs,
                 Progress* progress);

// How many of `epochs` each stage has, by its share of them.
std::vector<int> EpochsOfStages(const std::vector<MethodStage>& stages, int epochs);

}  // namespace dc

#endif  // DC_PIPELINE_METHOD_STAGE_H_
