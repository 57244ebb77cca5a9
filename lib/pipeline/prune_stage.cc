#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
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
Constraints MaskEveryWeight(const Graph& graph, double splice) {
  Constraints constraints;
  for (const WeightRef& ref : ListWeights(graph)) {
    const auto weight = graph.initializers.find(ref.name);
    if (ref.quantized || weight == graph.initializers.end()) continue;
    const std::span<const float> values = weight->second.f32();
    if (splice > 0) {
      constraints[ref.name] = MakeSplicedWeight(values, splice);
      continue;
    }
    std::vector<uint8_t> mask;
    for (float w : values) mask.push_back(w != 0.0f);
    constraints[ref.name] = {MakeMaskConstraint(mask), {}};
  }
  return constraints;
}

// Chooses the masks of a running training as the schedule asks.
class MaskUpdater {
 public:
  MaskUpdater(const Graph& graph, const PruneOptions& options, Constraints* constraints)
      : graph_(graph), options_(options), constraints_(constraints) {}

  Status operator()(int64_t step, int64_t total_steps, TrainingState* state) {
    const Choice choice = ChoiceAt(step, total_steps);
    // A resumed run has its masks: beside the latent values, or as zeros among them, which the
    // first call restores.
    if (options_.splice > 0 && !last_ && step > 0) last_ = ChoiceAt(step - 1, total_steps);
    if (choice == last_) return OkStatus();
    last_ = choice;
    std::map<std::string, RunningWeight> weights;
    for (const auto& [name, unused] : *constraints_) {
      const std::span<const float> latent = state->Latent(name);
      weights[name] = options_.splice > 0 ? SplicedWeight(latent)
                                          : RunningWeight{{latent.begin(), latent.end()}, {}};
    }
    DC_ASSIGN_OR_RETURN(Masks masks, ChooseMasksAt(graph_, weights, options_, choice.extent));
    for (const auto& [output, scale] : DropoutScales(graph_, masks)) {
      state->SetDropoutScale(output, scale);
    }
    for (auto& [name, mask] : masks) {
      if (options_.splice > 0) {
        SetSpliceMask(mask, state->Latent(name));
      } else {
        (*constraints_)[name].constraint = MakeMaskConstraint(mask);
      }
      state->ConstraintChanged(name);
    }
    return OkStatus();
  }

 private:
  // Masks are chosen where this changes.
  struct Choice {
    double extent = 0;
    int64_t revision = 0;  // of the same extent
    bool operator==(const Choice&) const = default;
  };

  // Gradual schedules move in `mask_updates` equal strides of the ramp, the others by themselves.
  Choice ChoiceAt(int64_t step, int64_t total_steps) const {
    double progress = static_cast<double>(step) / static_cast<double>(total_steps);
    const auto strides = [&](double at) {
      return std::floor(at / options_.ramp * options_.mask_updates);
    };
    Choice choice;
    if (options_.splice > 0) {
      choice.revision = static_cast<int64_t>(strides(std::min(progress, options_.freeze_masks)));
    }
    if (options_.schedule == PruneScheduleKind::kGradual && progress < options_.ramp) {
      progress = strides(progress) / options_.mask_updates * options_.ramp;
    }
    choice.extent = PruneExtent(options_, progress);
    return choice;
  }

  const Graph& graph_;
  const PruneOptions& options_;
  Constraints* constraints_;
  std::optional<Choice> last_;
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
  PruneOptions one_shot = options;
  one_shot.importance = retrain.epochs > 0 ? PruneImportance::kMagnitude : options.importance;
  DC_ASSIGN_OR_RETURN(const Masks masks, ChooseMasks(*graph, one_shot));
  StageReport report;
  report.name = "prune";
  if (retrain.epochs == 0) {
    DC_RETURN_IF_ERROR(ApplyMasks(masks, graph));
  } else {
    DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
    Constraints constraints = MaskEveryWeight(*graph, options.splice);
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
