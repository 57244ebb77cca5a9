// Policies that are quantizers of weights: fine-tuning trains latent weights, whose gradient goes
// straight through. The quantizers say what their grids are.
#include <algorithm>
#include <memory>
#include <utility>

#include "quantize/policy.h"
#include "quantize/quantizer_constraint.h"

namespace dc {
namespace {

class QuantizerPolicy : public Policy {
 public:
  QuantizerPolicy(PolicyInfo info, QuantizerSpec spec, int least_bits, int most_bits)
      : info_(std::move(info)),
        spec_(std::move(spec)),
        least_bits_(least_bits),
        most_bits_(most_bits) {}

  PolicyInfo info() const override { return info_; }

  int EffectiveBits(int bits) const override { return std::clamp(bits, least_bits_, most_bits_); }

  QuantizedWeight Quantize(std::span<const float> values, const PolicyOptions& options,
                           int* iterations) const override {
    *iterations = 0;
    const std::vector<int64_t> shape = {static_cast<int64_t>(values.size())};
    const auto quantizer = QuantizerOf(options.bits, shape, values);
    return quantizer->Finish(quantizer->FirstLatent(values));
  }

  ConstrainedWeight MakeConstraint(const QuantizedWeight& weight,
                                   std::span<const float> original) const override {
    auto quantizer = QuantizerOf(weight.bits, weight.shape, original);
    std::vector<float> latent = quantizer->FirstLatent(original);
    return {std::move(quantizer), std::move(latent)};
  }

  QuantizedWeight Finish(const QuantizedWeight& weight,
                         std::span<const float> latent) const override {
    // Latent values of pruned weights are zeros.
    QuantizedWeight result =
        QuantizerOf(weight.bits, weight.shape, latent.first(weight.codes.size()))->Finish(latent);
    result.policy = weight.policy;
    result.bits = weight.bits;
    return result;
  }

 private:
  std::unique_ptr<QuantizerConstraint> QuantizerOf(int bits, const std::vector<int64_t>& shape,
                                                   std::span<const float> values) const {
    QuantizerSpec spec = spec_;
    spec.bits = EffectiveBits(bits);
    WeightRef ref;
    ref.shape = shape;
    return std::make_unique<QuantizerConstraint>(spec, ref, values, /*pruned=*/true);
  }

  const PolicyInfo info_;
  const QuantizerSpec spec_;
  const int least_bits_, most_bits_;
};

const QuantizerPolicy ternary(
    {"ternary", "Li, Zhang and Liu 2016, arXiv 1605.04711",
     "0, +s and -s, one scale per layer; always 2 bits; fine-tuning trains latent weights"},
    {"ternary", 2, {}}, 2, 2);
const PolicyRegistration ternary_registration(&ternary);

const QuantizerPolicy fixed_point(
    {"fixed_point", "Gupta, Agrawal, Gopalakrishnan and Narayanan 2015, arXiv 1502.02551",
     "integers times a power of two; at least 2 bits; fine-tuning trains latent weights"},
    {"uniform", 2, {{"range", "power-l2"}, {"clip", "yes"}, {"gradient", "straight"}}}, 2, 16);
const PolicyRegistration fixed_point_registration(&fixed_point);

}  // namespace
}  // namespace dc
