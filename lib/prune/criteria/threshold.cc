// Magnitudes below a threshold. Han, Pool, Tran and Dally 2015, "Learning both Weights and
// Connections for Efficient Neural Networks" (arXiv 1506.02626), section 3: the threshold of a
// layer is a quality parameter times the standard deviation of the layer's weights.
#include <algorithm>
#include <cmath>

#include "prune/criteria/criterion.h"

namespace dc {
namespace {

// About the mean, over all weights of the layer: pruned ones are zeros like any other.
double StandardDeviation(std::span<const float> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const float value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  double squares = 0;
  for (const float value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

}  // namespace

Status PruneByThreshold(const std::vector<PrunableLayer>& layers, const PruneOptions&,
                        double extent, Masks* masks) {
  for (const PrunableLayer& layer : layers) {
    if (!layer.amount) continue;
    if (*layer.amount < 0) {
      return UsageError(
          "a quality parameter of " + std::to_string(*layer.amount) + " is impossible",
          "tensor " + layer.name, "choose 0 (nothing is pruned) or more");
    }
    const double threshold = extent * *layer.amount * StandardDeviation(layer.values);
    const auto keep = static_cast<size_t>(
        std::count_if(layer.values.begin(), layer.values.end(),
                      [&](float value) { return std::abs(value) >= threshold; }));
    (*masks)[layer.name] = MaskOfLargest(layer.values, std::max<size_t>(keep, 1));
  }
  return OkStatus();
}

}  // namespace dc
