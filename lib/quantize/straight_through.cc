#include "quantize/straight_through.h"

#include <algorithm>

namespace dc {

StraightThroughConstraint::StraightThroughConstraint(std::span<const float> original) {
  if (std::find(original.begin(), original.end(), 0.0f) == original.end()) return;
  kept_.reserve(original.size());
  for (const float value : original) kept_.push_back(value != 0.0f);
}

void StraightThroughConstraint::Project(std::span<float> latent, std::span<float> effective,
                                        uint64_t) const {
  const uint8_t* kept = kept_.data();
  const size_t masked = kept_.size();
  for (size_t i = 0; i < masked; ++i) {
    const float value = latent[i];  // read in any case: the compiler then uses vectors
    latent[i] = kept[i] ? value : 0.0f;
  }
  Round(latent, effective);
}

void StraightThroughConstraint::ReduceGradient(std::span<float>, std::span<const float> gradient,
                                               std::span<float> latent_gradient) const {
  if (kept_.empty()) {
    if (gradient.data() != latent_gradient.data()) {
      std::copy(gradient.begin(), gradient.end(), latent_gradient.begin());
    }
    return;
  }
  const uint8_t* kept = kept_.data();
  for (size_t i = 0; i < gradient.size(); ++i) {
    const float value = gradient[i];
    latent_gradient[i] = kept[i] ? value : 0.0f;
  }
}

}  // namespace dc
