#include "quantize/quantizer_constraint.h"

#include <algorithm>
#include <utility>

#include "model/distinct_values.h"

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

// Entries ascending after a zero, each once.
void PutInOrder(QuantizedWeight* weight) {
  const std::vector<float> before = weight->codebook;
  weight->codebook = DistinctValues(before);
  std::vector<uint16_t> moved;
  for (const float entry : before) moved.push_back(CodeAmong(weight->codebook, entry));
  for (uint16_t& code : weight->codes) code = moved[code];
}

}  // namespace

QuantizerConstraint::QuantizerConstraint(const QuantizerSpec& spec, const WeightRef& ref,
                                         std::span<const float> weights, bool pruned)
    : spec_(spec), shape_(ref.shape), channel_axis_(ref.output_axis), size_(weights.size()) {
  WeightLayout layout = LayoutOf(ref);
  if (pruned && std::find(weights.begin(), weights.end(), 0.0f) != weights.end()) {
    layout.masked = true;
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
  if (!kept_.empty()) {
    const auto zero = static_cast<uint16_t>(
        std::find(weight.codebook.begin(), weight.codebook.end(), 0.0f) - weight.codebook.begin());
    if (zero == weight.codebook.size()) weight.codebook.push_back(0.0f);
    for (size_t i = 0; i < kept_.size(); ++i) {
      if (!kept_[i]) weight.codes[i] = zero;
    }
  }
  PutInOrder(&weight);
  return weight;
}

}  // namespace dc
