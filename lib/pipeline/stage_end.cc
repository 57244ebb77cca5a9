#include "pipeline/stage_end.h"

#include <utility>

#include "dc/prune.h"
#include "dc/stages.h"
#include "pipeline/history.h"

namespace dc {

std::vector<LayerOutcome> LayerOutcomes(const Graph& graph) {
  std::vector<LayerOutcome> outcomes;
  for (const LayerDensity& layer : Densities(graph)) {
    LayerOutcome outcome;
    outcome.name = layer.name;
    outcome.weights = static_cast<uint64_t>(layer.weights);
    outcome.survivors = static_cast<uint64_t>(layer.survivors);
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

StatusOr<StageReport> EndStage(const StageClock& clock, const std::string& settings,
                               const TrainOptions& training, const Dataset* data,
                               StageReport report, Graph* graph, Progress* progress) {
  RecordStage(report.name, settings, training.seed, graph);
  if (data) {
    DC_ASSIGN_OR_RETURN(const EvalResult test,
                        EvaluateGraph(*graph, *data, training.threads, progress));
    report.error_percent = test.error_percent;
    report.mean_squared_error = test.mean_squared_error();
  }
  report.seconds = clock.Seconds();
  return report;
}

}  // namespace dc
