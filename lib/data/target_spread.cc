#include "data/target_spread.h"

#include <numeric>
#include <string>

namespace dc {

double TargetSpread::SquaresOf(std::span<const float> target) const {
  double sum = 0;
  for (size_t k = 0; k < target.size(); ++k) {
    const double distance = target[k] - means[k];
    sum += distance * distance;
  }
  return sum;
}

StatusOr<TargetSpread> SpreadOfTargets(const Dataset& data, const Split& split,
                                       std::span<const uint32_t> indices) {
  TargetSpread spread;
  const auto count = static_cast<double>(indices.size());
  if (!indices.empty()) {
    // From the first sample on, so that the means of equal targets are these targets.
    const std::span<const float> first = TargetOf(data, split, indices[0]);
    spread.means.assign(first.size(), 0.0);
    for (const uint32_t i : indices) {
      const std::span<const float> target = TargetOf(data, split, i);
      for (size_t k = 0; k < target.size(); ++k) {
        spread.means[k] += static_cast<double>(target[k]) - first[k];
      }
    }
    for (size_t k = 0; k < first.size(); ++k) spread.means[k] = first[k] + spread.means[k] / count;
    for (const uint32_t i : indices) spread.squares += spread.SquaresOf(TargetOf(data, split, i));
    spread.variance = spread.squares / (count * static_cast<double>(first.size()));
  }
  if (spread.squares > 0) return spread;
  return BadInput(
      "the targets of " + std::to_string(indices.size()) +
          " samples are all the same: there is no variance that a network could explain",
      data.name.empty() ? "" : "data " + data.name, "give more samples, or targets that differ");
}

StatusOr<TargetSpread> SpreadOfTargets(const Dataset& data, const Split& split) {
  std::vector<uint32_t> indices(static_cast<size_t>(split.count));
  std::iota(indices.begin(), indices.end(), 0u);
  return SpreadOfTargets(data, split, indices);
}

}  // namespace dc
