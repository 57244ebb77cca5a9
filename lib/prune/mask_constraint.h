// Pruning as a constraint on training.
#ifndef DC_PRUNE_MASK_CONSTRAINT_H_
#define DC_PRUNE_MASK_CONSTRAINT_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "dc/prune.h"
#include "model/constraint.h"

namespace dc {

// effective = latent * mask; gradient = gradient * mask. Pruned weights are 0.0f after any number
// of steps. `mask` has one entry per weight, nonzero = kept.
std::unique_ptr<Constraint> MakeMaskConstraint(const std::vector<uint8_t>& mask);

// The same with pruned weights that go on training (PruneOptions::splice): latent values are the
// weights, a 1 or 0 for each that says whether it is kept, and the running mean of its gradient's
// square (up to a factor that all weights share), then a count of steps, so that checkpoints have
// all. effective = weight * kept; `share` of the gradient reaches pruned weights. All weights that
// are not zero are kept at first.
ConstrainedWeight MakeSplicedWeight(std::span<const float> weights, double share);

// Puts `mask` into these latent values.
void SetSpliceMask(const std::vector<uint8_t>& mask, std::span<float> latent);

// Weights and mean squares among them.
RunningWeight SplicedWeight(std::span<const float> latent);

// The same over another rule, of a quantizer or a shared codebook: what is pruned is 0.0f whatever
// `under` makes of it, and has no part in the gradients that `under` sees. `latent_weights`: the
// first latent values are a real weight for each effective one; those of pruned weights are zeros.
std::unique_ptr<Constraint> MakeMaskConstraint(const std::vector<uint8_t>& mask,
                                               std::shared_ptr<const Constraint> under,
                                               bool latent_weights);

}  // namespace dc

#endif  // DC_PRUNE_MASK_CONSTRAINT_H_
