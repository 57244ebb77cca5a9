#include "prune/mask_constraint.h"

#include <bit>

namespace dc {
namespace {

// Masks are words of all ones or all zeros, so that masking is one AND on the float's bits: a
// branch or a byte per weight costs four times as much, nearly a whole step of a small network.
class MaskConstraint : public Constraint {
 public:
  explicit MaskConstraint(const std::vector<uint8_t>& mask) : mask_(mask.size()) {
    for (size_t i = 0; i < mask.size(); ++i) mask_[i] = mask[i] ? ~uint32_t{0} : 0;
  }

  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    for (size_t i = 0; i < latent.size(); ++i) latent[i] = effective[i] = Masked(latent[i], i);
  }

  void ReduceGradient(std::span<const float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    for (size_t i = 0; i < gradient.size(); ++i) latent_gradient[i] = Masked(gradient[i], i);
  }

 private:
  float Masked(float value, size_t i) const {
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) & mask_[i]);
  }

  std::vector<uint32_t> mask_;
};

}  // namespace

std::unique_ptr<Constraint> MakeMaskConstraint(const std::vector<uint8_t>& mask) {
  return std::make_unique<MaskConstraint>(mask);
}

}  // namespace dc
