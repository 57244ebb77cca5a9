#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dc/stages.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "pipeline/stage_end.h"
#include "pipeline/stage_settings.h"

namespace dc {
namespace {

// Weights, survivors and codebook of every layer of `graph` that was quantized.
std::vector<LayerOutcome> QuantizeOutcomes(const Graph& graph,
                                           const std::vector<QuantizedLayer>& layers) {
  std::map<std::string, const LayerQuantization*> by_name;
  for (const QuantizedLayer& layer : layers) by_name[layer.outcome.name] = &layer.outcome;
  std::vector<LayerOutcome> outcomes;
  for (LayerOutcome& outcome : LayerOutcomes(graph)) {
    const auto layer = by_name.find(outcome.name);
    if (layer == by_name.end()) continue;
    outcome.policy = layer->second->policy;
    outcome.bits = layer->second->bits;
    outcome.codebook_entries = static_cast<uint64_t>(layer->second->entries);
    outcome.rms_error = layer->second->rms_error;
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

}  // namespace

StatusOr<StageReport> RunQuantize(const QuantizeOptions& options, const TrainOptions& fine_tune,
                                  const Dataset* data, Graph* graph, Progress* progress) {
  const StageClock clock;
  if (fine_tune.epochs > 0 && !data) {
    return UsageError("fine-tuning needs data", "", "give --data, or --epochs 0");
  }
  Graph result = *graph;
  RecordBaseline(&result);
  DC_RETURN_IF_ERROR(SetLogits(fine_tune.logits, &result));
  DC_RETURN_IF_ERROR(DequantizeAll(&result));
  DC_ASSIGN_OR_RETURN(const std::vector<QuantizedLayer> layers,
                      QuantizeGraph(result, options, progress));
  StageReport report;
  report.name = "quantize";
  std::map<std::string, QuantizedWeight> weights;
  for (const QuantizedLayer& layer : layers) weights[layer.outcome.name] = layer.weight;
  if (fine_tune.epochs > 0) {
    const Graph floats = result;
    DC_ASSIGN_OR_RETURN(const TrainResult trained,
                        TrainConstrained(fine_tune, *data, weights, floats,
                                         /*keep_zeros=*/true, &result, progress));
    report.epochs = static_cast<int>(trained.epochs.size());
  } else {
    for (const auto& [name, weight] : weights) {
      DC_RETURN_IF_ERROR(SetQuantizedWeight(&result, name, weight));
    }
  }
  report.layers = QuantizeOutcomes(result, layers);
  report.uncompressed = NotQuantized(result);
  DC_ASSIGN_OR_RETURN(report, EndStage(clock, SettingsText(options, fine_tune), fine_tune, data,
                                       std::move(report), &result, progress));
  *graph = std::move(result);
  return report;
}

}  // namespace dc
