// The signal in a weight that learned its noise (prune/variational_dropout.h).
#include <algorithm>
#include <cmath>
#include <limits>

#include "prune/criteria/criterion.h"

namespace dc {

std::vector<float> SignalScores(std::span<const float> values,
                                std::span<const float> log_variances) {
  std::vector<float> scores(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0.0f) continue;
    const double value = values[i];
    const double score = value * value * std::exp(-static_cast<double>(log_variances[i]));
    scores[i] = std::max(static_cast<float>(score), std::numeric_limits<float>::min());
  }
  return scores;
}

Status PruneByNoise(const std::vector<PrunableLayer>& layers, Masks* masks) {
  for (const PrunableLayer& layer : layers) {
    if (!layer.amount) continue;
    const double least = std::exp(-*layer.amount);
    const auto keep = static_cast<size_t>(
        std::count_if(layer.importance.begin(), layer.importance.end(),
                      [&](float score) { return static_cast<double>(score) >= least; }));
    (*masks)[layer.name] = MaskOfLargest(layer.importance, std::max<size_t>(keep, 1));
  }
  return OkStatus();
}

}  // namespace dc
