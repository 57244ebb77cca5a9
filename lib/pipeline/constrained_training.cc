#include "pipeline/constrained_training.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "dc/prune.h"
#include "prune/mask_constraint.h"
#include "quantize/policy.h"
#include "quantize/quantizer_constraint.h"

namespace dc {

StatusOr<std::map<std::string, QuantizedWeight>> QuantizedWeightsOf(const Graph& graph) {
  std::map<std::string, QuantizedWeight> result;
  for (const WeightRef& ref : ListWeights(graph)) {
    if (!ref.quantized) continue;
    DC_ASSIGN_OR_RETURN(result[ref.name], GetQuantizedWeight(graph, ref.name));
  }
  return result;
}

Status QuantizedTraining::Continue(const WeightRef& ref, const QuantizedWeight& weight,
                                   std::span<const float> original, bool pruned) {
  const auto spec = QuantizerSpec::Parse(weight.policy);
  if (spec.ok() && CheckQuantizer(*spec).ok()) {
    Begin(*spec, ref, original, pruned, 1);
    return OkStatus();
  }
  // A file that dropped its names has lost its policies too; shared centroids are the rule that
  // fits every codebook.
  DC_ASSIGN_OR_RETURN(const Policy* policy,
                      FindPolicy(weight.policy.empty() ? "kmeans" : weight.policy));
  constraints_[ref.name] = policy->MakeConstraint(weight, original);
  finish_[ref.name] = [policy, weight](std::span<const float> latent) {
    return policy->Finish(weight, latent);
  };
  return OkStatus();
}

void QuantizedTraining::TrainForRate(const Policy& policy, const WeightRef& ref,
                                     const QuantizedWeight& weight, std::span<const float> original,
                                     int batch_size) {
  auto constraint = policy.MakeRateConstraint(weight, original, batch_size);
  const RateConstraint* rate = constraint.get();
  ConstrainedWeight& constrained = constraints_[ref.name];
  constrained.constraint = std::move(constraint);
  constrained.latent = rate->first_latent();
  constrained.rule_values = rate->rule_values();
  finish_[ref.name] = [rate](std::span<const float> latent) { return rate->Finish(latent); };
  rates_[ref.name] = rate;
}

void QuantizedTraining::RateStep(double lambda, int64_t step, int64_t total_steps,
                                 TrainingState* state) {
  // Bits cost more and more for the first part of the run; codes stay in the last one.
  constexpr double kRamp = 0.4, kFix = 0.75;
  constexpr int64_t kRefits = 200;  // in the whole run
  constexpr double kBitsPerUnit = 8 * 1024;
  const auto stride = [&](int64_t at) { return at * kRefits / total_steps; };
  if (step == 0 || stride(step) == stride(step - 1)) return;
  const double progress = static_cast<double>(stride(step)) / kRefits;
  for (const auto& [name, rate] : rates_) {
    const std::span<float> latent = state->Latent(name);
    if (progress < kFix) {
      rate->Refit(lambda / kBitsPerUnit * std::min(1.0, progress / kRamp), latent);
    } else {
      rate->Fix(latent);
    }
    state->ConstraintChanged(name);
  }
}

void QuantizedTraining::Begin(const QuantizerSpec& spec, const WeightRef& ref,
                              std::span<const float> weights, bool pruned, double step_scale) {
  auto constraint = std::make_unique<QuantizerConstraint>(spec, ref, weights, pruned);
  const QuantizerConstraint* quantizer = constraint.get();
  ConstrainedWeight& weight = constraints_[ref.name];
  weight.latent = quantizer->FirstLatent(weights);
  weight.constraint = std::move(constraint);
  weight.step_scale = step_scale;
  finish_[ref.name] = [quantizer](std::span<const float> latent) {
    return quantizer->Finish(latent);
  };
}

StatusOr<TrainResult> QuantizedTraining::Train(const TrainOptions& options, const Dataset& data,
                                               bool keep_zeros, const StepHook& hook, Graph* graph,
                                               Progress* progress) {
  if (keep_zeros) {
    for (auto& [name, mask] : MasksOf(*graph)) {
      if (!constraints_.count(name)) constraints_[name] = {MakeMaskConstraint(mask), {}};
    }
  }
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
  return dc::Train(graph, data, preprocess, options, &constraints_, hook, progress);
}

QuantizedWeight QuantizedTraining::Finished(const std::string& name) const {
  return finish_.at(name)(constraints_.at(name).latent);
}

Status QuantizedTraining::Finish(Graph* graph) {
  for (const auto& [name, finish] : finish_) {
    const QuantizedWeight weight = Finished(name);
    if (weight.shape.size() < 2) {
      graph->initializers.at(name) = Tensor::F32(weight.shape, weight.Values());
      continue;
    }
    DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, name, weight));
  }
  return OkStatus();
}

}  // namespace dc
