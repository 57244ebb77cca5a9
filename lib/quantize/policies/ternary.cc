// Ternary weights with one scale. Li, Zhang and Liu 2016, "Ternary Weight Networks" (arXiv
// 1605.04711): with the threshold D = 0.7 * mean(|w|) (equation 6, approximating the optimum),
// W ~ s * {-1, 0, +1}, nonzero where |w| > D, and s = mean of |w| over those (equation 5).
// Fine-tuning keeps latent full-precision weights that are ternarised anew at every step; gradients
// go straight through to them. Of a pruned weight both means run over the survivors only.
#include "quantize/policy.h"
#include "quantize/straight_through.h"
#include "quantize/ternary_fit.h"

namespace dc {
namespace {

struct Ternary : TernaryFit {
  uint16_t Code(float value) const {
    if (value > threshold) return 1;
    return value < -threshold ? 2 : 0;
  }
  // Scale 0: there was no value but zero.
  std::vector<float> Codebook() const {
    return scale > 0 ? std::vector<float>{0.0f, scale, -scale} : std::vector<float>{0.0f};
  }
};

// Zeros count as pruned: they take no part in the means.
Ternary Fitted(std::span<const float> values) {
  return Ternary{FitTernary(values, /*without_zeros=*/true)};
}

class TernaryConstraint : public StraightThroughConstraint {
 public:
  using StraightThroughConstraint::StraightThroughConstraint;

 protected:
  void Round(std::span<float> latent, std::span<float> effective) const override {
    const Ternary ternary = Fitted(latent);
    const float values[] = {0.0f, ternary.scale, -ternary.scale};
    for (size_t i = 0; i < latent.size(); ++i) effective[i] = values[ternary.Code(latent[i])];
  }
};

class TernaryPolicy : public Policy {
 public:
  PolicyInfo info() const override {
    return {"ternary", "Li, Zhang and Liu 2016, arXiv 1605.04711",
            "0, +s and -s, one scale per layer; always 2 bits; fine-tuning trains latent weights"};
  }

  int EffectiveBits(int) const override { return 2; }

  StatusOr<Fit> FitValues(std::span<const float> values, const PolicyOptions&) const override {
    const Ternary ternary = Fitted(values);
    Fit fit;
    fit.zero_first = true;
    fit.codebook = ternary.Codebook();
    fit.codes.reserve(values.size());
    for (const float value : values) fit.codes.push_back(ternary.Code(value));
    return fit;
  }

  ConstrainedWeight MakeConstraint(const QuantizedWeight&,
                                   std::span<const float> original) const override {
    return {std::make_unique<TernaryConstraint>(original), {original.begin(), original.end()}};
  }

  QuantizedWeight Finish(const QuantizedWeight& weight,
                         std::span<const float> latent) const override {
    const Ternary ternary = Fitted(latent);
    QuantizedWeight result = weight;
    result.codebook = ternary.Codebook();
    for (size_t i = 0; i < latent.size(); ++i) result.codes[i] = ternary.Code(latent[i]);
    return result;
  }
};

const TernaryPolicy policy;
const PolicyRegistration registration(&policy);

}  // namespace
}  // namespace dc
