#include "prune/mask_constraint.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace dc {
namespace {

// Words of all ones or all zeros, so that masking is one AND on the float's bits: a branch or a
// byte per weight costs four times as much, nearly a whole step of a small network.
class Mask {
 public:
  explicit Mask(const std::vector<uint8_t>& kept) : words_(kept.size()) {
    for (size_t i = 0; i < kept.size(); ++i) words_[i] = kept[i] ? ~uint32_t{0} : 0;
  }

  float operator()(float value, size_t i) const {
    return std::bit_cast<float>(std::bit_cast<uint32_t>(value) & words_[i]);
  }
  // to[i] = from[i] where it is kept, else 0; `to` may be `from`.
  void Apply(std::span<const float> from, std::span<float> to) const {
    for (size_t i = 0; i < words_.size(); ++i) to[i] = (*this)(from[i], i);
  }

 private:
  std::vector<uint32_t> words_;
};

class MaskConstraint : public Constraint {
 public:
  explicit MaskConstraint(const std::vector<uint8_t>& mask) : mask_(mask) {}

  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    for (size_t i = 0; i < latent.size(); ++i) latent[i] = effective[i] = mask_(latent[i], i);
  }

  void ReduceGradient(std::span<float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    mask_.Apply(gradient, latent_gradient);
  }

 private:
  Mask mask_;
};

class MaskOver : public Constraint {
 public:
  MaskOver(const std::vector<uint8_t>& mask, std::shared_ptr<const Constraint> under,
           bool latent_weights)
      : mask_(mask),
        under_(std::move(under)),
        latent_weights_(latent_weights),
        masked_(mask.size()) {}

  void Project(std::span<float> latent, std::span<float> effective, uint64_t draw) const override {
    // Before: a quantizer leaves zeros out of its statistics. After: its range may not hold zero.
    if (latent_weights_) mask_.Apply(latent, latent);
    under_->Project(latent, effective, draw);
    mask_.Apply(effective, effective);
    if (latent_weights_) mask_.Apply(latent, latent);
  }

  void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    mask_.Apply(gradient, masked_);
    under_->ReduceGradient(latent, masked_, latent_gradient);
    if (latent_weights_) mask_.Apply(latent_gradient, latent_gradient);
  }

 private:
  Mask mask_;
  std::shared_ptr<const Constraint> under_;
  bool latent_weights_;
  mutable std::vector<float> masked_;  // scratch: a step must not allocate
};

// One step of eight counts in the running mean of squares, and of those about the last 32.
constexpr float kSampledEvery = 8, kMeanShare = 1.0f / 32;

class SpliceConstraint : public Constraint {
 public:
  explicit SpliceConstraint(float share) : share_(share) {}

  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    const size_t n = effective.size();
    // Adding 0 makes a negative zero a positive one. A branch takes six times as long.
    for (size_t i = 0; i < n; ++i) effective[i] = latent[i] * latent[n + i] + 0.0f;
  }

  void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    const size_t n = gradient.size();
    const float* kept = latent.data() + n;
    // The mean of squares needs no more than a sample of the steps.
    float& steps = latent.back();
    if (steps == 0) {
      float* squares = latent.data() + 2 * n;
      for (size_t i = 0; i < n; ++i) {
        squares[i] += kMeanShare * (gradient[i] * gradient[i] - squares[i]);
      }
    }
    steps = steps + 1 < kSampledEvery ? steps + 1 : 0;
    for (size_t i = 0; i < n; ++i) {
      latent_gradient[i] = gradient[i] * (kept[i] * (1 - share_) + share_);
    }
  }

 private:
  float share_;
};

}  // namespace

std::unique_ptr<Constraint> MakeMaskConstraint(const std::vector<uint8_t>& mask) {
  return std::make_unique<MaskConstraint>(mask);
}

std::unique_ptr<Constraint> MakeMaskConstraint(const std::vector<uint8_t>& mask,
                                               std::shared_ptr<const Constraint> under,
                                               bool latent_weights) {
  return std::make_unique<MaskOver>(mask, std::move(under), latent_weights);
}

ConstrainedWeight MakeSplicedWeight(std::span<const float> weights, double share) {
  ConstrainedWeight result;
  result.constraint = std::make_unique<SpliceConstraint>(static_cast<float>(share));
  result.latent.assign(weights.begin(), weights.end());
  for (const float weight : weights) result.latent.push_back(weight != 0.0f);
  result.latent.resize(3 * weights.size() + 1);
  result.rule_values = 2 * weights.size() + 1;
  return result;
}

void SetSpliceMask(const std::vector<uint8_t>& mask, std::span<float> latent) {
  for (size_t i = 0; i < mask.size(); ++i) latent[mask.size() + i] = mask[i] ? 1.0f : 0.0f;
}

RunningWeight SplicedWeight(std::span<const float> latent) {
  const size_t n = latent.size() / 3;
  const auto values = latent.first(n), squares = latent.subspan(2 * n, n);
  return {{values.begin(), values.end()}, {squares.begin(), squares.end()}};
}

}  // namespace dc
