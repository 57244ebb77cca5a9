// Constraints written for the tests: a mask, and values shared in groups.
#ifndef DC_TESTS_UNIT_TRAIN_TEST_CONSTRAINTS_H_
#define DC_TESTS_UNIT_TRAIN_TEST_CONSTRAINTS_H_

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "model/constraint.h"

namespace dc::train {

// Keeps every value whose index is not a multiple of `period`.
class EveryNthIsZero : public Constraint {
 public:
  explicit EveryNthIsZero(size_t period) : period_(period) {}
  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    for (size_t i = 0; i < latent.size(); ++i) {
      if (i % period_ == 0) latent[i] = 0.0f;
      effective[i] = latent[i];
    }
  }
  void ReduceGradient(std::span<float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    for (size_t i = 0; i < gradient.size(); ++i) {
      latent_gradient[i] = i % period_ == 0 ? 0.0f : gradient[i];
    }
  }

 private:
  size_t period_;
};

// Weight i has the value latent[i % groups]; the gradient of a latent value is the sum over its
// members.
class SharedInGroups : public Constraint {
 public:
  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    for (size_t i = 0; i < effective.size(); ++i) effective[i] = latent[i % latent.size()];
  }
  void ReduceGradient(std::span<float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    for (float& g : latent_gradient) g = 0.0f;
    for (size_t i = 0; i < gradient.size(); ++i) {
      latent_gradient[i % latent_gradient.size()] += gradient[i];
    }
  }
};

inline ConstrainedWeight MaskedWeight(size_t period) {
  return {std::make_unique<EveryNthIsZero>(period), {}};
}
inline ConstrainedWeight SharedWeight(std::vector<float> values) {
  return {std::make_unique<SharedInGroups>(), std::move(values)};
}

}  // namespace dc::train

#endif  // DC_TESTS_UNIT_TRAIN_TEST_CONSTRAINTS_H_
