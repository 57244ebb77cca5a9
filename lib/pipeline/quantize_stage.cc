#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dc/stages.h"
#include "pipeline/bit_search.h"
#include "pipeline/calibrated_stages.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "pipeline/method_stage.h"
#include "pipeline/stage_end.h"
#include "pipeline/stage_settings.h"
#include "quantize/policy.h"

namespace dc {
namespace {

// Weights, survivors and codebook of every layer of `graph` that was quantized.
std::vector<LayerOutcome> QuantizeOutcomes(const Graph& graph,
                                           const std::vector<LayerQuantization>& layers) {
  std::map<std::string, const LayerQuantization*> by_name;
  for (const LayerQuantization& layer : layers) by_name[layer.name] = &layer;
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

// Codebooks by the policies of the layers, fine-tuned.
Status RunPolicies(const QuantizeOptions& options, const TrainOptions& fine_tune,
                   const Dataset* data, Graph* graph, std::vector<LayerQuantization>* outcomes,
                   int* epochs, Progress* progress) {
  DC_ASSIGN_OR_RETURN(const std::vector<QuantizedLayer> layers,
                      QuantizeGraph(*graph, options, progress));
  std::map<std::string, const QuantizedWeight*> by_name;
  for (const QuantizedLayer& layer : layers) {
    outcomes->push_back(layer.outcome);
    by_name[layer.outcome.name] = &layer.weight;
  }
  if (fine_tune.epochs == 0) {
    for (const auto& [name, weight] : by_name) {
      DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, name, *weight));
    }
    return OkStatus();
  }
  QuantizedTraining training;
  for (const WeightRef& ref : ListWeights(*graph)) {
    const auto weight = by_name.find(ref.name);
    if (weight == by_name.end()) continue;
    const std::span<const float> original = graph->initializers.at(ref.name).f32();
    DC_ASSIGN_OR_RETURN(const Policy* policy, FindPolicy(weight->second->policy));
    if (options.lambda > 0 && policy->info().for_rate) {
      training.TrainForRate(*policy, ref, *weight->second, original, fine_tune.batch_size);
    } else {
      DC_RETURN_IF_ERROR(
          training.Continue(ref, *weight->second, original, /*pruned=*/weight->second->sparse()));
    }
  }
  const StepHook hook = [&](int64_t step, int64_t total_steps, TrainingState* state) {
    training.RateStep(options.lambda, step, total_steps, state);
    return OkStatus();
  };
  DC_ASSIGN_OR_RETURN(const TrainResult trained,
                      training.Train(fine_tune, *data, /*keep_zeros=*/true, hook, graph, progress));
  *epochs = static_cast<int>(trained.epochs.size());
  return training.Finish(graph);
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
  StageReport report;
  report.name = "quantize";
  std::vector<LayerQuantization> outcomes;
  if (!options.method.name.empty()) {
    QuantizeOptions with_bits = options;
    if (options.method.max_error_increase) {
      if (data == nullptr) {
        return UsageError("bits cannot be found without data", "", "give --data, or --bits");
      }
      DC_ASSIGN_OR_RETURN(with_bits.method.bits,
                          FindMethodBits(options, fine_tune, *data, result, progress));
    }
    DC_RETURN_IF_ERROR(
        RunMethod(with_bits, fine_tune, data, &result, &outcomes, &report.epochs, progress));
  } else if (!options.calibrate.empty()) {
    DC_RETURN_IF_ERROR(QuantizeCalibrated(options, &result, &outcomes, progress));
  } else {
    DC_RETURN_IF_ERROR(
        RunPolicies(options, fine_tune, data, &result, &outcomes, &report.epochs, progress));
  }
  report.layers = QuantizeOutcomes(result, outcomes);
  report.uncompressed = NotQuantized(result);
  DC_ASSIGN_OR_RETURN(report, EndStage(clock, SettingsText(options, fine_tune), fine_tune, data,
                                       std::move(report), &result, progress));
  *graph = std::move(result);
  return report;
}

}  // namespace dc
