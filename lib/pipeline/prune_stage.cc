#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/held_out.h"
#include "dc/stages.h"
#include "dc/weights.h"
#include "pipeline/history.h"
#include "pipeline/left_alone.h"
#include "pipeline/stage_end.h"
#include "pipeline/stage_settings.h"
#include "prune/mask_constraint.h"
#include "train/trainer.h"

namespace dc {
namespace {

// Every float weight gets a mask of what is not zero now; the schedule narrows them later.
Constraints MaskEveryWeight(const Graph& graph) {
  Constraints constraints;
  for (const WeightRef& ref : ListWeights(graph)) {
    const auto weight = graph.initializers.find(ref.name);
    if (ref.quantized || weight == graph.initializers.end()) continue;
    std::vector<uint8_t> mask;
    for (float w : weight->second.f32()) mask.push_back(w != 0.0f);
    constraints[ref.name] = {MakeMaskConstraint(mask), {}};
  }
  return constraints;
}

// Narrows the masks of a running training as the schedule asks.
class MaskUpdater {
 public:
  MaskUpdater(const Graph& graph, const PruneOptions& options, Constraints* constraints)
      : graph_(graph), options_(options), constraints_(constraints) {}

  Status operator()(int64_t step, int64_t total_steps, TrainingState* state) {
    const double extent = ExtentAt(step, total_steps);
    // The first call also restores the masks of a resumed run: they are its latent zeros.
    if (extent == extent_) return OkStatus();
    extent_ = extent;
    std::map<std::string, std::vector<float>> weights;
    for (const auto& [name, unused] : *constraints_) {
      const std::span<const float> latent = state->Latent(name);
      weights[name].assign(latent.begin(), latent.end());
    }
    DC_ASSIGN_OR_RETURN(Masks masks, ChooseMasksAt(graph_, weights, options_, extent));
    for (const auto& [output, scale] : DropoutScales(graph_, masks)) {
      state->SetDropoutScale(output, scale);
    }
    for (auto& [name, mask] : masks) {
      (*constraints_)[name].constraint = MakeMaskConstraint(mask);
      state->ConstraintChanged(name);
    }
    return OkStatus();
  }

 private:
  // Gradual schedules move in `mask_updates` equal strides of the ramp, the others by themselves.
  double ExtentAt(int64_t step, int64_t total_steps) const {
    double progress = static_cast<double>(step) / static_cast<double>(total_steps);
    if (options_.schedule == PruneScheduleKind::kGradual && progress < options_.ramp) {
      const double strides = std::floor(progress / options_.ramp * options_.mask_updates);
      progress = strides / options_.mask_updates * options_.ramp;
    }
    return PruneExtent(options_, progress);
  }

  const Graph& graph_;
  const PruneOptions& options_;
  Constraints* constraints_;
  double extent_ = -1;
};

}  // namespace

StatusOr<StageReport> RunPrune(const PruneOptions& options, const TrainOptions& retrain,
                               const Dataset* data, Graph* graph, Progress* progress) {
  const StageClock clock;
  if (retrain.epochs > 0 && !data) {
    return UsageError("retraining needs data", "", "give --data, or --epochs 0");
  }
  DC_RETURN_IF_ERROR(CheckSchedule(options, retrain));
  DC_RETURN_IF_ERROR(SetLogits(retrain.logits, graph));
  for (const WeightRef& ref : ListWeights(*graph)) {
    if (ref.quantized) {
      return UsageError("a quantized weight cannot be pruned any more", ref.name,
                        "prune before dc-quantize");
    }
  }
  RecordBaseline(graph);
  // Checks the settings before hours of training, and is the whole work where there are none.
  DC_ASSIGN_OR_RETURN(const Masks masks, ChooseMasks(*graph, options));
  StageReport report;
  report.name = "prune";
  if (retrain.epochs == 0) {
    DC_RETURN_IF_ERROR(ApplyMasks(masks, graph));
  } else {
    DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
    Constraints constraints = MaskEveryWeight(*graph);
    const Graph before = *graph;
    MaskUpdater update(before, options, &constraints);
    DC_ASSIGN_OR_RETURN(const TrainResult result,
                        Train(
                            graph, *data, preprocess, retrain, &constraints,
                            [&](int64_t step, int64_t total, TrainingState* state) {
                              return update(step, total, state);
                            },
                            progress));
    report.epochs = static_cast<int>(result.epochs.size());
  }
  if (options.remove_dead_neurons) {
    DC_ASSIGN_OR_RETURN(const int dead, RemoveDeadNeurons(graph));
    if (dead > 0) {
      OrSilent(progress)->Note(std::to_string(dead) + " dead neurons removed");
    }
  }
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
  progress->Begin("scan", static_cast<int64_t>(weights.size() * densities.size()));
  for (const WeightRef& ref : weights) {
    for (double density : densities) {
      PruneOptions options;
      options.amounts.SetName(ref.name, std::to_string(density));
      DC_ASSIGN_OR_RETURN(const Masks masks, ChooseMasks(floats, options));
      Graph pruned = floats;
      DC_RETURN_IF_ERROR(ApplyMasks(masks, &pruned));
      DC_ASSIGN_OR_RETURN(const EvalResult eval,
                          Evaluate(pruned, data, held, preprocess, threads, nullptr));
      result.push_back({ref.name, density, eval.error_percent});
      progress->Advance(static_cast<int64_t>(result.size()), ref.name);
    }
  }
  progress->End(std::to_string(result.size()) + " measurements");
  return result;
}

}  // namespace dc
