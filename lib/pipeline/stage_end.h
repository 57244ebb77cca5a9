// How every stage ends: its record in the model, and what it reports.
#ifndef DC_PIPELINE_STAGE_END_H_
#define DC_PIPELINE_STAGE_END_H_

#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/progress.h"
#include "dc/report.h"
#include "dc/status.h"
#include "dc/train.h"
#include "pipeline/stage_clock.h"

namespace dc {

// Weights and survivors of every layer of `graph`.
std::vector<LayerOutcome> LayerOutcomes(const Graph& graph);

// Records the stage `report.name` in `graph`, evaluates it on the test set where there is data, and
// completes `report`: test error and seconds since `clock` began.
StatusOr<StageReport> EndStage(const StageClock& clock, const std::string& settings,
                               const TrainOptions& training, const Dataset* data,
                               StageReport report, Graph* graph, Progress* progress);

}  // namespace dc

#endif  // DC_PIPELINE_STAGE_END_H_
