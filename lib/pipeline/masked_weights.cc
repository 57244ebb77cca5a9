#include "pipeline/masked_weights.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "dc/weights.h"
#include "prune/mask_constraint.h"
#include "prune/variational_dropout.h"

namespace dc {
namespace {

// The share of the ramp during which the weight of the noise's divergence rises: before the weights
// fit the data, all of them would be noise (Sonderby et al. 2016, arXiv 1602.02282).
constexpr double kWarmup = 0.5;

}  // namespace

MaskedWeights::MaskedWeights(const Graph& graph, const PruneOptions& options,
                             Constraints* constraints)
    : splice_(options.splice > 0), constraints_(constraints) {
  for (const WeightRef& ref : ListWeights(graph)) {
    const auto weight = graph.initializers.find(ref.name);
    if (weight == graph.initializers.end()) continue;
    const std::span<const float> values = weight->second.f32();
    if (splice_) {
      (*constraints_)[ref.name] = MakeSplicedWeight(values, options.splice);
      continue;
    }
    const bool pruned = options.criterion == PruneCriterion::kGlobalDensity ||
                        !options.amounts.Text(ref, "").empty();
    if (options.importance == PruneImportance::kVariational && pruned) {
      (*constraints_)[ref.name] = MakeNoisyWeight(values);
      noisy_.insert(ref.name);
      continue;
    }
    ConstrainedWeight& constrained = (*constraints_)[ref.name];
    if (constrained.constraint != nullptr) {
      under_[ref.name] = std::move(constrained.constraint);
      sizes_[ref.name] = static_cast<size_t>(ref.size());
    }
    std::vector<uint8_t> mask;
    for (const float w : values) mask.push_back(w != 0.0f);
    SetRule(ref.name, mask);
  }
}

void MaskedWeights::SetMask(const std::string& name, const std::vector<uint8_t>& mask,
                            TrainingState* state) {
  if (splice_) {
    SetSpliceMask(mask, state->Latent(name));
  } else if (noisy_.count(name) > 0) {
    EndNoise(mask, state->Latent(name));
  } else {
    SetRule(name, mask);
  }
}

std::map<std::string, RunningWeight> MaskedWeights::Running(TrainingState* state) const {
  std::map<std::string, RunningWeight> weights;
  for (const auto& [name, unused] : *constraints_) {
    std::span<const float> latent = state->Latent(name);
    if (splice_ || noisy_.count(name) > 0) {
      weights[name] = splice_ ? SplicedWeight(latent) : NoisyWeight(latent);
      continue;
    }
    if (!HasLatentWeights(name)) continue;
    if (const auto size = sizes_.find(name); size != sizes_.end()) {
      latent = latent.first(std::min(latent.size(), size->second));
    }
    weights[name] = {{latent.begin(), latent.end()}};
  }
  return weights;
}

void MaskedWeights::SetRule(const std::string& name, const std::vector<uint8_t>& mask) {
  const auto under = under_.find(name);
  (*constraints_)[name].constraint =
      under == under_.end() ? MakeMaskConstraint(mask)
                            : MakeMaskConstraint(mask, under->second, HasLatentWeights(name));
}

bool MaskedWeights::HasLatentWeights(const std::string& name) const {
  const auto size = sizes_.find(name);
  return size == sizes_.end() || constraints_->at(name).latent.size() >= size->second;
}

Status MaskUpdater::operator()(int64_t step, int64_t total_steps, TrainingState* state) {
  if (options_.importance == PruneImportance::kVariational) {
    return FollowNoise(step, total_steps, state);
  }
  const Choice choice = ChoiceAt(step, total_steps);
  // A resumed run has its masks: beside the latent values, or as zeros among them, which the
  // first call restores.
  if (options_.splice > 0 && !last_ && step > 0) last_ = ChoiceAt(step - 1, total_steps);
  if (choice == last_) return OkStatus();
  last_ = choice;
  return ChooseAt(choice.extent, state);
}

Status MaskUpdater::FollowNoise(int64_t step, int64_t total_steps, TrainingState* state) {
  const double progress = static_cast<double>(step) / static_cast<double>(total_steps);
  if (progress < options_.ramp) {
    const double share = std::min(1.0, progress / (kWarmup * options_.ramp));
    for (const std::string& name : weights_->noisy()) {
      SetDivergence(options_.kl_weight * share / static_cast<double>(samples_),
                    state->Latent(name));
    }
    return OkStatus();
  }
  // The masks of a resumed run are beside its latent values.
  const auto has_ended = [&](const std::string& name) {
    return HasEndedNoise(state->Latent(name));
  };
  const std::set<std::string>& noisy = weights_->noisy();
  if (std::all_of(noisy.begin(), noisy.end(), has_ended)) return OkStatus();
  return ChooseAt(1.0, state);
}

Status MaskUpdater::ChooseAt(double extent, TrainingState* state) {
  DC_ASSIGN_OR_RETURN(const Masks masks,
                      ChooseMasksAt(graph_, weights_->Running(state), options_, extent));
  for (const auto& [output, scale] : DropoutScales(graph_, masks)) {
    state->SetDropoutScale(output, scale);
  }
  for (const auto& [name, mask] : masks) {
    weights_->SetMask(name, mask, state);
    state->ConstraintChanged(name);
  }
  return OkStatus();
}

MaskUpdater::Choice MaskUpdater::ChoiceAt(int64_t step, int64_t total_steps) const {
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

}  // namespace dc
