#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <span>
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
#include "pipeline/stage_end.h"
#include "pipeline/stage_settings.h"
#include "prune/mask_constraint.h"
#include "train/trainer.h"

namespace dc {
namespace {

// The weights of a training that prunes: every one has a mask, over the rule that its quantizer or
// its codebook has, where it has one. The schedule narrows the masks.
class MaskedWeights {
 public:
  // `constraints` has the rules of weights that are quantized; every weight of `graph`, which are
  // floats, gets a mask of what is not zero now, or is spliced.
  MaskedWeights(const Graph& graph, double splice, Constraints* constraints)
      : splice_(splice > 0), constraints_(constraints) {
    for (const WeightRef& ref : ListWeights(graph)) {
      const auto weight = graph.initializers.find(ref.name);
      if (weight == graph.initializers.end()) continue;
      const std::span<const float> values = weight->second.f32();
      if (splice_) {
        (*constraints_)[ref.name] = MakeSplicedWeight(values, splice);
        continue;
      }
      ConstrainedWeight& constrained = (*constraints_)[ref.name];
      if (constrained.constraint != nullptr) {
        under_[ref.name] = std::move(constrained.constraint);
        sizes_[ref.name] = static_cast<size_t>(ref.size());
      }
      std::vector<uint8_t> mask;
      for (float w : values) mask.push_back(w != 0.0f);
      SetRule(ref.name, mask);
    }
  }

  void SetMask(const std::string& name, const std::vector<uint8_t>& mask, TrainingState* state) {
    if (splice_) {
      SetSpliceMask(mask, state->Latent(name));
    } else {
      SetRule(name, mask);
    }
  }

  // The real weights by name. A weight whose values are shared has none of its own: it stays with
  // those that it has in the graph.
  std::map<std::string, RunningWeight> Running(TrainingState* state) const {
    std::map<std::string, RunningWeight> weights;
    for (const auto& [name, unused] : *constraints_) {
      std::span<const float> latent = state->Latent(name);
      if (splice_) {
        weights[name] = SplicedWeight(latent);
        continue;
      }
      if (!HasLatentWeights(name)) continue;
      if (const auto size = sizes_.find(name); size != sizes_.end()) {
        latent = latent.first(std::min(latent.size(), size->second));
      }
      weights[name] = {{latent.begin(), latent.end()}, {}};
    }
    return weights;
  }

 private:
  void SetRule(const std::string& name, const std::vector<uint8_t>& mask) {
    const auto under = under_.find(name);
    (*constraints_)[name].constraint =
        under == under_.end() ? MakeMaskConstraint(mask)
                              : MakeMaskConstraint(mask, under->second, HasLatentWeights(name));
  }

  // A codebook is shorter than its weight; what quantizers learn follows the latent weights.
  bool HasLatentWeights(const std::string& name) const {
    const auto size = sizes_.find(name);
    return size == sizes_.end() || constraints_->at(name).latent.size() >= size->second;
  }

  bool splice_;
  Constraints* constraints_;
  std::map<std::string, std::shared_ptr<const Constraint>> under_;
  std::map<std::string, size_t> sizes_;  // of the weights in under_
};

// Chooses the masks of a running training as the schedule asks.
class MaskUpdater {
 public:
  MaskUpdater(const Graph& graph, const PruneOptions& options, MaskedWeights* weights)
      : graph_(graph), options_(options), weights_(weights) {}

  Status operator()(int64_t step, int64_t total_steps, TrainingState* state) {
    const Choice choice = ChoiceAt(step, total_steps);
    // A resumed run has its masks: beside the latent values, or as zeros among them, which the
    // first call restores.
    if (options_.splice > 0 && !last_ && step > 0) last_ = ChoiceAt(step - 1, total_steps);
    if (choice == last_) return OkStatus();
    last_ = choice;
    DC_ASSIGN_OR_RETURN(const Masks masks,
                        ChooseMasksAt(graph_, weights_->Running(state), options_, choice.extent));
    for (const auto& [output, scale] : DropoutScales(graph_, masks)) {
      state->SetDropoutScale(output, scale);
    }
    for (const auto& [name, mask] : masks) {
      weights_->SetMask(name, mask, state);
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
  MaskedWeights* weights_;
  std::optional<Choice> last_;
};

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
    MaskedWeights weights(before, options.splice, &training.constraints());
    MaskUpdater update(before, options, &weights);
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
