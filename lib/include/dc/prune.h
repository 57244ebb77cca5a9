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
// What ranks weights, within a layer and across layers.
enum class PruneImportance {
  kMagnitude,  // |w|
  // w^2 E[g^2], what the loss gains to second order when w becomes 0, with the squared gradients of
  // the run's batches for its curvature: LeCun, Denker and Solla 1990, "Optimal brain damage", and
  // Theis et al. 2018 (arXiv 1801.05787). Needs retraining with `splice`.
  kFisher,
  // w^2 / (sum of v^2 over the weights v of its layer with |v| >= |w|): the share of the layer that
  // would go with it. Lee et al. 2021, "Layer-adaptive sparsity for the magnitude-based pruning"
  // (arXiv 2010.07611).
  kLamp,
  // theta^2 / sigma^2 of a weight theta whose noise sigma is learned until the end of the ramp:
  // sparse variational dropout, Molchanov, Ashukha and Vetrov 2017 (arXiv 1701.05369). Masks are
  // chosen there, once: by kThreshold, whose amounts are then the greatest log alpha =
  // log(sigma^2 / theta^2) that stays (3 in the paper), or by a density. Needs retraining with Adam
  // or AdaMax: the paper's rate of log sigma^2 is that of an optimizer with steps of its own size.
  kVariational,
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
  // kThreshold: kMagnitude or kVariational.
  PruneImportance importance = PruneImportance::kMagnitude;
  // kVariational: factor on the divergence of the weights' noise, whose weight beside the loss of a
  // sample is this over the number of training samples; 1 is the variational lower bound. It rises
  // from 0 during the first half of the ramp.
  double kl_weight = 1.0;
  // Pruned weights go on training behind their masks, by the gradient that they would have at zero,
  // and come back when a later mask finds them important: masks are revised at every stride of the
  // schedule and as often after the ramp, until the share `freeze_masks` of the run. Guo, Yao and
  // Chen 2016, "Dynamic network surgery" (arXiv 1608.04493); Lin et al. 2020, "Dynamic model
  // pruning with feedback" (arXiv 2006.07253).
  // `splice` is the share of its gradient that a pruned weight sees: with the whole of it, at high
  // rates and few survivors, weights come back too large (LeNet-300-100 diverges); 0: none.
  double splice = 0;
  double freeze_masks = 0.75;
  // Given: samples (OpenSamples) by which a weight counts for what its layer computes, not for its
  // magnitude, and the weights that stay make up for those that went. kDensity and kGlobalDensity.
  std::string calibrate;
  int calibrate_samples = 512;  // at most so many of them
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

// A weight of a running training.
struct RunningWeight {
  std::vector<float> values;
  // E[g^2] of each value up to a factor, and log sigma^2 of its noise; empty where nobody measures
  // or learns them.
  std::vector<float> squares = {}, log_variances = {};
};

// Like ChooseMasks at the extent e in [0, 1]: density 1 - e * (1 - final density), or e * quality
// for kThreshold. `weights` gives current values by name (from a running training); a weight
// without an entry has the graph's. What is zero there never comes back; without `splice` these are
// the pruned weights, and masks only shrink.
StatusOr<Masks> ChooseMasksAt(const Graph& graph,
                              const std::map<std::string, RunningWeight>& weights,
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
