// What the stages leave in a model's metadata, so that files explain themselves.
#ifndef DC_PIPELINE_HISTORY_H_
#define DC_PIPELINE_HISTORY_H_

#include <cstdint>
#include <string>

#include "dc/graph.h"

namespace dc {

// Appends `stage` to dc.history ("train; prune; quantize"), writes what it was asked for to
// dc.STAGE.settings, and the tool version and seed to dc.version and dc.seed. The first stage also
// records the float32 bytes of the model as dc.baseline_bytes.
void RecordStage(const std::string& stage, const std::string& settings, uint64_t seed,
                 Graph* graph);

// True where dc.history holds `stage`.
bool HasStage(const Graph& graph, const std::string& stage);

// dc.baseline_bytes, or the model's own float32 bytes where no stage has recorded any.
uint64_t BaselineBytes(const Graph& graph);

}  // namespace dc

#endif  // DC_PIPELINE_HISTORY_H_
