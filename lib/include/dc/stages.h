// The stages as functions: graph in, graph out. Each evaluates on the test set where data is given,
// and records itself in the graph's metadata (dc.history and dc.STAGE.*).
#ifndef DC_STAGES_H_
#define DC_STAGES_H_

#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/encode.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/prune.h"
#include "dc/quantize.h"
#include "dc/report.h"
#include "dc/status.h"
#include "dc/train.h"

namespace dc {

// Trains `graph`, initialising what has no value yet. Masks and codebooks that earlier stages left
// in the graph hold: zeros of a pruned model stay zero, a quantized model trains its centroids.
StatusOr<StageReport> RunTrain(const TrainOptions& options, const Preprocess& preprocess,
                               const Dataset& data, Graph* graph, Progress* progress);

// Prunes `graph`, retraining for retrain.epochs epochs while the schedule runs. With 0 epochs the
// schedule must be one-shot, and `data` may be null. Input scaling comes from the metadata. Weights
// that are quantized stay so, with an exact zero in their codebooks; retraining follows their
// quantizers, or trains their codebooks.
StatusOr<StageReport> RunPrune(const PruneOptions& options, const TrainOptions& retrain,
                               const Dataset* data, Graph* graph, Progress* progress);

// Error on held-out training images when one layer alone is pruned to each density, without
// retraining. `graph` does not change.
StatusOr<std::vector<Sensitivity>> ScanSensitivity(const Graph& graph, const Dataset& data,
                                                   const std::vector<double>& densities,
                                                   int64_t images, int threads, Progress* progress);

// Quantizes `graph` and fine-tunes codebooks for fine_tune.epochs epochs; with 0, `data` may be
// null.
StatusOr<StageReport> RunQuantize(const QuantizeOptions& options, const TrainOptions& fine_tune,
                                  const Dataset* data, Graph* graph, Progress* progress);

// Test error of a graph, float or quantized.
StatusOr<EvalResult> EvaluateGraph(const Graph& graph, const Dataset& data, int threads,
                                   Progress* progress);

}  // namespace dc

#endif  // DC_STAGES_H_
