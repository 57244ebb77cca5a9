#include "pipeline/constrained_training.h"

#include <utility>

#include "dc/prune.h"
#include "dc/weights.h"
#include "prune/mask_constraint.h"
#include "quantize/policy.h"
#include "train/trainer.h"

namespace dc {

namespace {

// A file that dropped its names has lost its policies too; shared centroids are the rule that fits
// every codebook.
StatusOr<const Policy*> PolicyOf(const QuantizedWeight& weight) {
  return FindPolicy(weight.policy.empty() ? "kmeans" : weight.policy);
}

}  // namespace

StatusOr<std::map<std::string, QuantizedWeight>> QuantizedWeightsOf(const Graph& graph) {
  std::map<std::string, QuantizedWeight> result;
  for (const WeightRef& ref : ListWeights(graph)) {
    if (!ref.quantized) continue;
    DC_ASSIGN_OR_RETURN(result[ref.name], GetQuantizedWeight(graph, ref.name));
  }
  return result;
}

StatusOr<TrainResult> TrainConstrained(const TrainOptions& options, const Dataset& data,
                                       const std::map<std::string, QuantizedWeight>& quantized,
                                       const Graph& original, bool keep_zeros, Graph* graph,
                                       Progress* progress) {
  Constraints constraints;
  for (const auto& [name, weight] : quantized) {
    DC_ASSIGN_OR_RETURN(const Policy* policy, PolicyOf(weight));
    const auto floats = original.initializers.find(name);
    if (floats == original.initializers.end()) {
      return Internal("no float values to train from", name);
    }
    constraints[name] = policy->MakeConstraint(weight, floats->second.f32());
  }
  if (keep_zeros) {
    for (auto& [name, mask] : MasksOf(*graph)) {
      if (!quantized.count(name)) {
        constraints[name] = {MakeMaskConstraint(mask), {}};
      }
    }
  }
  DC_ASSIGN_OR_RETURN(const Preprocess preprocess, PreprocessFromMetadata(graph->metadata));
  DC_ASSIGN_OR_RETURN(TrainResult result,
                      Train(graph, data, preprocess, options, &constraints, nullptr, progress));
  for (const auto& [name, weight] : quantized) {
    DC_ASSIGN_OR_RETURN(const Policy* policy, PolicyOf(weight));
    DC_RETURN_IF_ERROR(
        SetQuantizedWeight(graph, name, policy->Finish(weight, constraints[name].latent)));
  }
  return result;
}

}  // namespace dc
