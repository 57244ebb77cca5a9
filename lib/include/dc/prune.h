// Which weights go: criteria, schedules, masks, dead neurons.
#ifndef DC_PRUNE_H_
#define DC_PRUNE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/layer_settings.h"
#include "dc/status.h"

namespace dc {

enum class PruneCriterion {
  // |w| < quality * standard deviation of the layer's weights (Han et al. 2015). Pruned weights
  // count as the zeros they are: the deviation of survivors alone grows with every round, and with
  // it the threshold would run away.
  kThreshold,
  kDensity,        // the largest |w| of each layer, a share of `amount` per layer
  kGlobalDensity,  // the largest |w| of the whole network; layers named in `amounts` keep their own
};
enum class PruneScheduleKind { kOneShot, kIterative, kGradual };

struct PruneOptions {
  PruneCriterion criterion = PruneCriterion::kDensity;
  // kThreshold: quality parameter per layer; otherwise density in (0, 1]. A layer without a setting
  // is not pruned (kGlobalDensity: shares the global density).
  LayerSettings amounts;
  double global_density = 1.0;  // kGlobalDensity only
  PruneScheduleKind schedule = PruneScheduleKind::kOneShot;
  int steps = 5;           // kIterative: prune-retrain rounds
  double ramp = 0.7;       // kGradual: share of the run's steps until the final density
  int mask_updates = 100;  // kGradual: how often the mask is chosen anew during the ramp
  bool remove_dead_neurons = true;
};

// By weight name: 1 = kept. Same size as the weight.
using Masks = std::map<std::string, std::vector<uint8_t>>;

// Survivors and size of one layer.
struct LayerDensity {
  std::string name;
  int64_t weights = 0, survivors = 0;
  double density() const { return weights ? double(survivors) / double(weights) : 0; }
};

// The masks that `options` asks for at its final density, from the float weights of `graph` as they
// are now. Weights that are zero already stay pruned. Ties are broken by position (the first
// weights stay), so the number of survivors at a density d is exactly round(d * n), at least 1, as
// long as so many are not zero. A layer that is not pruned has a mask only if it holds a zero.
// UsageError for an unknown layer or an amount out of range, BadInput for a weight with a NaN,
// Unsupported for a layer that is quantized already.
StatusOr<Masks> ChooseMasks(const Graph& graph, const PruneOptions& options);

// The share of the way from dense to final that schedule `options` has reached at `progress` in
// [0, 1] of the run. kOneShot: 1. kIterative: rounds done / steps, a whole number of them.
// kGradual: the cubic ramp 1 - (1 - t)^3 of Zhu and Gupta 2017, t = progress / ramp, 1 after the
// ramp.
double PruneExtent(const PruneOptions& options, double progress);

// Like ChooseMasks at the extent e in [0, 1]: density 1 - e * (1 - final density), or e * quality
// for kThreshold. `weights` gives current values by name (from a running training); a weight
// without an entry has the graph's. Pruned weights are zero there and never come back: masks only
// shrink.
StatusOr<Masks> ChooseMasksAt(const Graph& graph,
                              const std::map<std::string, std::vector<float>>& weights,
                              const PruneOptions& options, double extent);

// The masks that a graph carries: weight != 0, for every float weight that has a zero.
Masks MasksOf(const Graph& graph);

// Sets pruned weights to 0.0f. BadInput where a mask does not fit a float weight of `graph`.
Status ApplyMasks(const Masks& masks, Graph* graph);

// Survivors per weight, float or quantized (a code whose centroid is 0 is pruned), in the order of
// ListWeights.
std::vector<LayerDensity> Densities(const Graph& graph);

// Zeroes the connections of neurons (output channels) that have no input left or no reader left,
// until none remains; a neuron without inputs is a constant, which moves into the next layer's
// bias where that is exact, else the neuron stays. Returns how many neurons died.
StatusOr<int> RemoveDeadNeurons(Graph* graph);

// Ratio multiplier of the Dropout nodes in front of each weight: sqrt(density of the weight)
// (Han et al. 2015: D_r = D_o * sqrt(C_ir / C_io)), by the Dropout node's output name.
std::map<std::string, double> DropoutScales(const Graph& graph, const Masks& masks);

}  // namespace dc

#endif  // DC_PRUNE_H_
