#include "quantize/quantizer_constraint.h"

#include <algorithm>
#include <utility>

namespace dc {
namespace {

// The channels of a weight are its outputs, where each output is a whole of one dimension.
WeightLayout LayoutOf(const WeightRef& ref) {
  WeightLayout layout;
  layout.size = static_cast<size_t>(ref.size());
  layout.channels = static_cast<size_t>(ref.outputs());
  layout.inner = 1;
  for (size_t d = ref.output_axis + 1; d < ref.shape.size(); ++d) {
    layout.inner *= static_cast<size_t>(ref.shape[d]);
  }
  return layout;
}

}  // namespace

QuantizerConstraint::QuantizerConstraint(const QuantizerSpec& spec, const WeightRef& ref,
                                         std::span<const float> weights, bool pruned)
    : spec_(spec), shape_(ref.shape), channel_axis_(ref.output_axis), size_(weights.size()) {
  WeightLayout layout = LayoutOf(ref);
  layout.masked = pruned;
  if (pruned && std::find(weights.begin(), weights.end(), 0.0f) != weights.end()) {
    kept_.reserve(size_);
    for (const float value : weights) kept_.push_back(value != 0.0f);
  }
  quantizer_ = NewQuantizer(spec, layout);
}

std::vector<float> QuantizerConstraint::FirstLatent(std::span<const float> weights) const {
  std::vector<float> latent(weights.begin(), weights.end());
  latent.resize(size_ + quantizer_->learned());
  quantizer_->StartLearned(weights, std::span<float>(latent).subspan(size_));
  return latent;
}

void QuantizerConstraint::Project(std::span<float> latent, std::span<float> effective,
                                  uint64_t draw) const {
  const std::span<float> weights = latent.first(size_);
  for (size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i]) weights[i] = 0.0f;
  }
  quantizer_->Forward(weights, latent.subspan(size_), draw, effective);
  for (size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i]) weights[i] = effective[i] = 0.0f;
  }
}

void QuantizerConstraint::ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                                         std::span<float> latent_gradient) const {
  const std::span<float> weights = latent_gradient.first(size_);
  quantizer_->Backward(latent.first(size_), latent.subspan(size_), gradient, weights,
                       latent_gradient.subspan(size_));
  for (size_t i = 0; i < kept_.size(); ++i) {
    if (!kept_[i]) weights[i] = 0.0f;
  }
}

QuantizedWeight QuantizerConstraint::Finish(std::span<const float> latent) const {
  QuantizedWeight weight;
  weight.shape = shape_;
  weight.policy = spec_.ToString();
  weight.bits = spec_.bits;
  weight.scale_axis = channel_axis_;
  quantizer_->Grid(latent.first(size_), latent.subspan(size_), &weight);
  // A quantizer's grid has a zero, or fewer numbers than a codebook may have.
  if (kept_.empty() || !PruneCodes(kept_, &weight).ok()) SortCodebook(&weight);
  return weight;
}

}  // namespace dc
