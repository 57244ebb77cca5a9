// Pruned and quantized forms of a case's weights.
#ifndef DC_TESTS_PARITY_OPERATORS_QUANTIZE_CASE_H_
#define DC_TESTS_PARITY_OPERATORS_QUANTIZE_CASE_H_

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/rng.h"
#include "dc/graph.h"
#include "dc/quantized_weight.h"
#include "dc/weights.h"

namespace dc {

// Codebooks of 16 entries, the first of them the zero of what is pruned.
inline QuantizedWeight PruneAndQuantize(const Tensor& tensor, double density) {
  QuantizedWeight weight;
  weight.shape = tensor.shape;
  weight.policy = "test";
  weight.bits = 4;
  const int first = density < 1 ? 1 : 0;
  if (first == 1) weight.codebook.push_back(0.0f);
  for (int i = first; i < 16; ++i) weight.codebook.push_back(0.11f * static_cast<float>(i) - 0.93f);
  Rng rng(3);
  for (const float value : tensor.f32()) {
    const auto nearest = std::min_element(
        weight.codebook.begin() + first, weight.codebook.end(),
        [&](float a, float b) { return std::fabs(a - value) < std::fabs(b - value); });
    const bool pruned = rng.Uniform() >= density;
    weight.codes.push_back(
        pruned ? 0 : static_cast<uint16_t>(std::distance(weight.codebook.begin(), nearest)));
  }
  return weight;
}

inline bool HasFloatWeights(const Graph& graph) {
  const std::vector<WeightRef> weights = ListWeights(graph);
  return std::any_of(weights.begin(), weights.end(), [](const auto& w) { return !w.quantized; });
}

// Gives every weight of `graph` its quantized form, a share `density` of it not zero.
inline Status QuantizeWeights(double density, Graph* graph) {
  for (const WeightRef& weight : ListWeights(*graph)) {
    DC_RETURN_IF_ERROR(SetQuantizedWeight(
        graph, weight.name, PruneAndQuantize(graph->initializers.at(weight.name), density)));
  }
  return OkStatus();
}

}  // namespace dc

#endif  // DC_TESTS_PARITY_OPERATORS_QUANTIZE_CASE_H_
