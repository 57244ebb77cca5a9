#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/held_out.h"
#include "dc/quantized_weight.h"
#include "dc/stages.h"
#include "dc/weights.h"
#include "model/quoted.h"
#include "pipeline/calibrated_stages.h"
#include "pipeline/constrained_training.h"
#include "pipeline/history.h"
#include "pipeline/left_alone.h"
#include "pipeline/masked_weights.h"
#include "pipeline/stage_end.h"
#include "pipeline/stage_settings.h"
#include "train/trainer.h"

namespace dc {
namespace {

// Weights back in the form that they had, with the zeros that pruning gave them.
Status QuantizeAgain(const Masks& zeros, std::map<std::string, QuantizedWeight> quantized,
                     Graph* graph) {
  for (auto& [name, weight] : quantized) {
    if (const auto mask = zeros.find(name); mask != zeros.end()) {
      if (const Status status = PruneCodes(mask->second, &weight); !status.ok()) {
        return status.At("weight " + Quoted(name));
      }
    }
    DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, name, weight));
  }
  return OkStatus();
}

}  // namespace

StatusOr<StageReport> RunPrune(const PruneOptions& options, const TrainOptions& retrain,
                               const Dataset* data, Graph* graph, Progress* progress) {
  const StageClock clock;
  if (retrain.epochs > 0 && !data) {
    return UsageError("retraining needs data", "", "give --data, or --epochs 0");
  }
  DC_RETURN_IF_ERROR(CheckSchedule(options, retrain));
  DC_RETURN_IF_ERROR(SetLogits(retrain.logits, graph));
  RecordBaseline(graph);
  DC_ASSIGN_OR_RETURN(auto quantized, QuantizedWeightsOf(*graph));
  if (options.splice > 0 && !quantized.empty()) {
    return UsageError("quantized weights cannot be spliced", quantized.begin()->first,
                      "leave --splice out, or splice before dc-quantize");
  }
  if (options.importance == PruneImportance::kVariational && !quantized.empty()) {
    return UsageError("quantized weights have no noise to learn", quantized.begin()->first,
                      "choose another --importance, or prune before dc-quantize");
  }
  DC_RETURN_IF_ERROR(DequantizeAll(graph));
  // Checks the settings before hours of training, and is the whole work where there are none.
  PruneOptions one_shot = options;
  one_shot.importance = retrain.epochs > 0 ? PruneImportance::kMagnitude : options.importance;
  DC_ASSIGN_OR_RETURN(const Masks masks, ChooseMasks(*graph, one_shot));
  StageReport report;
  report.name = "prune";
  QuantizedTraining training;
  if (!options.calibrate.empty()) {
    DC_RETURN_IF_ERROR(PruneCalibrated(options, retrain.seed, retrain.threads, graph, progress));
  } else if (retrain.epochs == 0) {
    DC_RETURN_IF_ERROR(ApplyMasks(masks, graph));
  } else {
    DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
    for (const WeightRef& ref : ListWeights(*graph)) {
      const auto weight = quantized.find(ref.name);
      if (weight == quantized.end()) continue;
      DC_RETURN_IF_ERROR(training.Continue(
          ref, weight->second, graph->initializers.at(ref.name).f32(), /*pruned=*/true));
    }
    const Graph before = *graph;
    MaskedWeights weights(before, options, &training.constraints());
    MaskUpdater update(before, options, data->train.count - retrain.validation, &weights);
    DC_ASSIGN_OR_RETURN(const TrainResult result,
                        Train(
                            graph, *data, preprocess, retrain, &training.constraints(),
                            [&](int64_t step, int64_t total, TrainingState* state) {
                              return update(step, total, state);
                            },
                            progress));
    report.epochs = static_cast<int>(result.epochs.size());
    for (auto& [name, weight] : quantized) weight = training.Finished(name);
  }
  if (options.remove_dead_neurons) {
    DC_ASSIGN_OR_RETURN(const int dead, RemoveDeadNeurons(graph));
    if (dead > 0) {
      OrSilent(progress)->Note(std::to_string(dead) + " dead neurons removed");
    }
  }
  DC_RETURN_IF_ERROR(QuantizeAgain(MasksOf(*graph), std::move(quantized), graph));
  report.uncompressed = NotPruned(options, *graph);
  report.layers = LayerOutcomes(*graph);
  return EndStage(clock, SettingsText(options, retrain), retrain, data, std::move(report), graph,
                  progress);
}

StatusOr<std::vector<Sensitivity>> ScanSensitivity(const Graph& graph, const Dataset& data,
                                                   const std::vector<double>& densities,
                                                   int64_t images, int threads,
                                                   Progress* progress) {
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph.metadata));
  // Training images, the last ones: the test set is not for choosing densities.
  const Split held = LastTraining(data, images);

  Graph floats = graph;
  DC_RETURN_IF_ERROR(DequantizeAll(&floats));
  const std::vector<WeightRef> weights = ListWeights(floats);
  std::vector<Sensitivity> result;
  progress = OrSilent(progress);
  PartProgress part(progress);
  progress->Begin("scan", static_cast<int64_t>(weights.size() * densities.size()));
  for (const WeightRef& ref : weights) {
    for (double density : densities) {
      DC_RETURN_IF_ERROR(StopIfCancelled(progress));
      PruneOptions options;
      options.amounts.SetName(ref.name, std::to_string(density));
      DC_ASSIGN_OR_RETURN(const Masks masks, ChooseMasks(floats, options));
      Graph pruned = floats;
      DC_RETURN_IF_ERROR(ApplyMasks(masks, &pruned));
      DC_ASSIGN_OR_RETURN(const EvalResult eval,
                          Evaluate(pruned, data, held, preprocess, threads, &part));
      result.push_back({ref.name, density, eval.error_percent});
      progress->Advance(static_cast<int64_t>(result.size()), ref.name);
    }
  }
  progress->End(std::to_string(result.size()) + " measurements");
  return result;
}

}  // namespace dc
