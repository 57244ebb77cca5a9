#include "prune/mask_constraint.h"

#include <utility>

namespace dc {
namespace {

class MaskConstraint : public Constraint {
 public:
  explicit MaskConstraint(std::vector<uint8_t> mask) : mask_(std::move(mask)) {}

  void Project(std::span<float> latent, std::span<float> effective) const override {
    const uint8_t* mask = mask_.data();
    for (size_t i = 0; i < latent.size(); ++i) {
      const float value = latent[i];  // read in any case: the compiler then uses vectors
      latent[i] = effective[i] = mask[i] ? value : 0.0f;
    }
  }

  void ReduceGradient(std::span<const float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    const uint8_t* mask = mask_.data();
    for (size_t i = 0; i < gradient.size(); ++i) {
      const float value = gradient[i];
      latent_gradient[i] = mask[i] ? value : 0.0f;
    }
  }

 private:
  std::vector<uint8_t> mask_;
};

}  // namespace

std::unique_ptr<Constraint> MakeMaskConstraint(std::vector<uint8_t> mask) {
  return std::make_unique<MaskConstraint>(std::move(mask));
}

}  // namespace dc
