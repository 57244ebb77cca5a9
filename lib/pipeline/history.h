// What the stages leave in a model's metadata, so that files explain themselves.
#ifndef DC_PIPELINE_HISTORY_H_
#define DC_PIPELINE_HISTORY_H_

#include <cstdint>
#include <string>

#include "dc/graph.h"

namespace dc {

// Appends `stage` to dc.history ("train; prune; quantize"), writes what it was asked for to
// dc.STAGE.settings, and the tool version and seed to dc.version and dc.seed.
void RecordStage(const std::string& stage, const std::string& settings, uint64_t seed,
                 Graph* graph);

// True where dc.history holds `stage`.
bool HasStage(const Graph& graph, const std::string& stage);

// Records the float32 bytes of the original model as dc.baseline_bytes, unless an earlier stage has
// done so. Every stage calls it before it changes the model.
void RecordBaseline(Graph* graph);

}  // namespace dc

#endif  // DC_PIPELINE_HISTORY_H_
