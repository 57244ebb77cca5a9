// What decides which weights of a network stay.
#ifndef DC_PRUNE_CRITERIA_CRITERION_H_
#define DC_PRUNE_CRITERIA_CRITERION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dc/prune.h"

namespace dc {

// A weight that may be pruned. Values are finite.
struct PrunableLayer {
  std::string name;
  std::span<const float> values;
  // What ranks them: the greater its magnitude, the more a value is worth; 0 for a zero.
  std::vector<float> importance;
  std::optional<double> amount;  // the setting for this layer
};

// A criterion adds to `masks` a mask for every layer that it prunes at `extent` in [0, 1]; zeros
// are never kept. UsageError on an amount out of range.
Status PruneByThreshold(const std::vector<PrunableLayer>& layers, const PruneOptions& options,
                        double extent, Masks* masks);
Status PruneByDensity(const std::vector<PrunableLayer>& layers, const PruneOptions& options,
                      double extent, Masks* masks);
Status PruneByGlobalDensity(const std::vector<PrunableLayer>& layers, const PruneOptions& options,
                            double extent, Masks* masks);

// PruneImportance::kLamp of every value of a layer, in (0, 1]; 0 of a zero. O(n log n).
std::vector<float> LampScores(std::span<const float> values);

// PruneImportance::kFisher of every value; 0 of a zero. Where a weight's gradient has always been 0
// (no sample reaches it) a trace of its layer's mean stands in, so that a value is never nothing.
std::vector<float> FisherScores(std::span<const float> values, std::span<const float> squares);

// PruneImportance::kVariational of every value, 1 / alpha = theta^2 / sigma^2; 0 of a zero.
std::vector<float> SignalScores(std::span<const float> values,
                                std::span<const float> log_variances);

// PruneCriterion::kThreshold of such scores: a layer's amount is the greatest log alpha that stays.
Status PruneByNoise(const std::vector<PrunableLayer>& layers, Masks* masks);

// The density to have reached at `extent` of the way from 1 to `final_density`.
inline double DensityAt(double final_density, double extent) {
  return 1 - extent * (1 - final_density);
}

// UsageError unless 0 < density <= 1; `where` names the layer.
Status CheckDensity(double density, const std::string& where);

// round(density * size), at least 1; 0 where size is 0.
size_t SurvivorsAt(double density, size_t size);

// A mask of the `keep` largest magnitudes of `values`, the first ones where magnitudes tie. Zeros
// are never kept, so fewer than `keep` are where there are more zeros. O(n).
std::vector<uint8_t> MaskOfLargest(std::span<const float> values, size_t keep);

}  // namespace dc

#endif  // DC_PRUNE_CRITERIA_CRITERION_H_
