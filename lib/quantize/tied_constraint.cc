#include "quantize/tied_constraint.h"

#include <algorithm>
#include <numeric>

#include "quantize/assignment.h"
#include "quantize/weighted_points.h"

namespace dc {
namespace {

class TiedConstraint : public Constraint {
 public:
  explicit TiedConstraint(const QuantizedWeight& weight)
      : entries_(weight.codebook.size()),
        sparse_(weight.sparse()),
        codes_(weight.codes),
        factors_(weight.Factors()),
        sums_(kSumLanes * entries_) {
    if (!sparse_) return;
    for (size_t i = 0; i < codes_.size(); ++i) {
      if (codes_[i] == 0) continue;
      survivors_.push_back(static_cast<uint32_t>(i));
      survivor_codes_.push_back(codes_[i]);
    }
  }

  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    if (sparse_) latent[0] = 0.0f;
    for (size_t i = 0; i < codes_.size(); ++i) effective[i] = latent[codes_[i]];
    for (size_t i = 0; i < factors_.size(); ++i) effective[i] *= factors_[i];
  }

  void ReduceGradient(std::span<float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    if (sparse_) {
      SumByCode(
          survivor_codes_, entries_, [&](size_t i) { return Part(gradient, survivors_[i]); },
          sums_);
    } else {
      SumByCode(
          codes_, entries_, [&](size_t i) { return Part(gradient, i); }, sums_);
    }
    for (size_t c = 0; c < entries_; ++c) latent_gradient[c] = static_cast<float>(sums_[c]);
  }

 private:
  // What weight i adds to the gradient of its entry.
  float Part(std::span<const float> gradient, size_t i) const {
    return factors_.empty() ? gradient[i] : gradient[i] * factors_[i];
  }

  size_t entries_;
  bool sparse_;
  std::vector<uint16_t> codes_;
  std::vector<float> factors_;  // the scale of each weight; empty: 1
  // Positions and codes of the survivors of a sparse weight: few of many.
  std::vector<uint32_t> survivors_;
  std::vector<uint16_t> survivor_codes_;
  mutable std::vector<double> sums_;  // scratch: a step must not allocate
};

}  // namespace

ConstrainedWeight MakeTiedWeight(const QuantizedWeight& weight) {
  return {std::make_unique<TiedConstraint>(weight), weight.codebook};
}

QuantizedWeight FinishTiedWeight(const QuantizedWeight& weight, std::span<const float> latent) {
  std::vector<uint32_t> order(latent.size());  // new code -> old code
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(
      order.begin() + (weight.sparse() ? 1 : 0), order.end(),
      [&](uint32_t a, uint32_t b) { return OrderedKey(latent[a]) < OrderedKey(latent[b]); });
  QuantizedWeight result = weight;
  std::vector<uint16_t> renumbered(order.size());
  for (size_t c = 0; c < order.size(); ++c) {
    renumbered[order[c]] = static_cast<uint16_t>(c);
    result.codebook[c] = latent[order[c]];
  }
  for (uint16_t& code : result.codes) code = renumbered[code];
  return result;
}

}  // namespace dc
