#include "train/idle_weights.h"

namespace dc::train {

StatusOr<IdleWeights> IdleWeights::Make(const Graph& graph, const Parameters& parameters,
                                        Constraints* constraints) {
  IdleWeights idle;
  if (!constraints) return idle;
  for (auto& [name, weight] : *constraints) {
    const Parameter* parameter = parameters.Find(name);
    if (parameter && parameter->role == Role::kTrained) continue;
    const auto tensor = graph.initializers.find(name);
    if (tensor == graph.initializers.end() || tensor->second.type != DataType::kFloat32) {
      return UsageError("a constraint on \"" + name + "\", which is no float weight");
    }
    if (!weight.constraint) return UsageError("the constraint on \"" + name + "\" has no rule");
    const auto values = tensor->second.f32();
    if (weight.latent.empty()) weight.latent.assign(values.begin(), values.end());
    idle.weights_[name] = &weight;
  }
  return idle;
}

std::span<float> IdleWeights::Latent(const std::string& name) {
  const auto it = weights_.find(name);
  return it == weights_.end() ? std::span<float>() : std::span<float>(it->second->latent);
}

void IdleWeights::Store(Graph* graph) const {
  for (const auto& [name, weight] : weights_) {
    weight->constraint->Project(weight->latent, graph->initializers[name].f32(), 0);
  }
}

}  // namespace dc::train
