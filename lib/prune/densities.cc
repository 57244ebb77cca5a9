#include <algorithm>

#include "dc/prune.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"

namespace dc {
namespace {

// Survivors of the quantized weight `name`; all of its weights where it cannot be read.
int64_t QuantizedSurvivors(const Graph& graph, const WeightRef& ref) {
  const StatusOr<QuantizedWeight> weight = GetQuantizedWeight(graph, ref.name);
  if (!weight.ok()) return ref.size();
  return std::count_if(weight->codes.begin(), weight->codes.end(),
                       [&](uint16_t code) { return weight->codebook[code] != 0.0f; });
}

}  // namespace

std::vector<LayerDensity> Densities(const Graph& graph) {
  std::vector<LayerDensity> densities;
  for (const WeightRef& ref : ListWeights(graph)) {
    LayerDensity density{ref.name, ref.size(), 0};
    if (ref.quantized) {
      density.survivors = QuantizedSurvivors(graph, ref);
    } else {
      const std::span<const float> values = graph.initializers.at(ref.name).f32();
      density.survivors = density.weights - std::count(values.begin(), values.end(), 0.0f);
    }
    densities.push_back(std::move(density));
  }
  return densities;
}

}  // namespace dc
