// What training must respect: the seam between `train`, which applies constraints and knows none,
// and `prune` and `quantize`, which make them and do not know how to train.
#ifndef DC_MODEL_CONSTRAINT_H_
#define DC_MODEL_CONSTRAINT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dc {

// A rule on one weight. The optimizer moves latent values; the network computes with effective
// weights. For a mask both have the weight's size; for a shared codebook the latent values are the
// centroids. Both functions are called once per step and must not allocate.
class Constraint {
 public:
  virtual ~Constraint() = default;

  // Latent values -> effective weights. May bring `latent` back into its feasible set in place
  // (a mask zeroes the latent value of a pruned weight). `draw` names the random numbers of a rule
  // that has any: equal draws, equal results; with 0 there are none.
  virtual void Project(std::span<float> latent, std::span<float> effective,
                       uint64_t draw) const = 0;

  // Gradient of the effective weights -> gradient of the latent values. Where both have the same
  // size, a momentum buffer is a gradient too and may be passed (aliased) through this function
  // when the rule changes: momentum of a pruned weight is cleared this way. A rule that gathers
  // statistics of gradients keeps them in latent values of its own.
  virtual void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                              std::span<float> latent_gradient) const = 0;
};

// A constraint and the values it trains. `latent` empty means: starts as a copy of the weight.
// Latent values beyond the weight's size (scales that are trained) follow the weight's own.
struct ConstrainedWeight {
  std::unique_ptr<Constraint> constraint;
  std::vector<float> latent;
  double step_scale = 1;  // multiplies every step of the optimizer, not the gradient
  // So many latent values at the end are the rule's own (marks, statistics): the optimizer leaves
  // them alone, and ReduceGradient's `latent_gradient` ends before them.
  size_t rule_values = 0;
};

// By weight name (WeightRef::name). Weights without an entry are trained freely.
using Constraints = std::map<std::string, ConstrainedWeight>;

}  // namespace dc

#endif  // DC_MODEL_CONSTRAINT_H_
