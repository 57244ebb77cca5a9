// Pruning as a constraint on training.
#ifndef DC_PRUNE_MASK_CONSTRAINT_H_
#define DC_PRUNE_MASK_CONSTRAINT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "model/constraint.h"

namespace dc {

// effective = latent * mask; gradient = gradient * mask. Pruned weights are 0.0f after any number
// of steps. `mask` has one entry per weight, nonzero = kept.
std::unique_ptr<Constraint> MakeMaskConstraint(const std::vector<uint8_t>& mask);

}  // namespace dc

#endif  // DC_PRUNE_MASK_CONSTRAINT_H_
