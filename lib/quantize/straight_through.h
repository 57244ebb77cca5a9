// Latent full-precision weights under a rounding rule: the gradient of the rounded weights goes
// straight through to the latent ones (Courbariaux, Bengio and David 2015).
#ifndef DC_QUANTIZE_STRAIGHT_THROUGH_H_
#define DC_QUANTIZE_STRAIGHT_THROUGH_H_

#include <cstdint>
#include <span>
#include <vector>

#include "model/constraint.h"

namespace dc {

// Base of the constraints whose latent values have the weight's size. Weights that are zero in
// `original` are pruned: their latent and effective values and their gradients stay 0.0f.
class StraightThroughConstraint : public Constraint {
 public:
  explicit StraightThroughConstraint(std::span<const float> original);

  // Zeroes the latent values of pruned weights, then rounds.
  void Project(std::span<float> latent, std::span<float> effective, uint64_t draw) const final;
  // latent_gradient = gradient of the kept weights, 0 of the pruned ones; may be aliased.
  void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                      std::span<float> latent_gradient) const final;

 protected:
  // Latent values -> effective weights; 0.0f must become 0.0f. May bring `latent` into range.
  virtual void Round(std::span<float> latent, std::span<float> effective) const = 0;

 private:
  std::vector<uint8_t> kept_;  // empty: all
};

}  // namespace dc

#endif  // DC_QUANTIZE_STRAIGHT_THROUGH_H_
