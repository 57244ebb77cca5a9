#include <map>
#include <string>
#include <utility>

#include "dc/stages.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "pipeline/stage_end.h"
#include "pipeline/stage_settings.h"

namespace dc {

StatusOr<StageReport> RunTrain(const TrainOptions& options, const Preprocess& preprocess,
                               const Dataset& data, Graph* graph, Progress* progress) {
  const StageClock clock;
  PreprocessToMetadata(preprocess, &graph->metadata);
  RecordBaseline(graph);
  DC_RETURN_IF_ERROR(SetLogits(options.logits, graph));
  if (!graph->uninitialized.empty()) {
    DC_RETURN_IF_ERROR(InitializeParameters(graph, options.seed));
  }
  DC_ASSIGN_OR_RETURN(const auto quantized, QuantizedWeightsOf(*graph));
  DC_RETURN_IF_ERROR(DequantizeAll(graph));
  // A zero is a mask only where pruning made it: a fresh model may hold accidental zeros.
  const bool keep_zeros = HasStage(*graph, "prune");
  QuantizedTraining training;
  for (const WeightRef& ref : ListWeights(*graph)) {
    const auto weight = quantized.find(ref.name);
    if (weight == quantized.end()) continue;
    DC_RETURN_IF_ERROR(training.Continue(ref, weight->second,
                                         graph->initializers.at(ref.name).f32(),
                                         /*pruned=*/weight->second.sparse()));
  }
  DC_ASSIGN_OR_RETURN(const TrainResult result,
                      training.Train(options, data, keep_zeros, nullptr, graph, progress));
  DC_RETURN_IF_ERROR(training.Finish(graph));
  StageReport report;
  report.name = "train";
  report.epochs = static_cast<int>(result.epochs.size());
  const std::string kept = "kept_epoch=" + std::to_string(result.kept_epoch);
  const std::string asked = SettingsText(options);
  const std::string settings = asked.empty() ? kept : asked + " " + kept;
  return EndStage(clock, settings, options, &data, std::move(report), graph, progress);
}

StatusOr<EvalResult> EvaluateGraph(const Graph& graph, const Dataset& data, int threads,
                                   Progress* progress) {
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph.metadata));
  Graph floats = graph;
  DC_RETURN_IF_ERROR(DequantizeAll(&floats));
  return Evaluate(floats, data, data.test, preprocess, threads, progress);
}

}  // namespace dc
