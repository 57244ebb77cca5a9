// A quantizer as a constraint on training.
#ifndef DC_QUANTIZE_QUANTIZER_CONSTRAINT_H_
#define DC_QUANTIZE_QUANTIZER_CONSTRAINT_H_

#include <memory>
#include <span>
#include <vector>

#include "dc/quantized_weight.h"
#include "dc/weights.h"
#include "model/constraint.h"
#include "quantize/quantizer.h"

namespace dc {

// Latent values: the real weights, then what the quantizer learns beside them. Weights that are
// pruned stay zero, and have no gradient.
class QuantizerConstraint : public Constraint {
 public:
  // `weights`: the real ones, of the layer `ref`. `pruned`: its zeros are a mask.
  QuantizerConstraint(const QuantizerSpec& spec, const WeightRef& ref,
                      std::span<const float> weights, bool pruned);

  // Where training begins.
  std::vector<float> FirstLatent(std::span<const float> weights) const;

  void Project(std::span<float> latent, std::span<float> effective, uint64_t draw) const override;
  void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override;

  // The weight as Project makes it without random numbers: zero first in the codebook where there
  // is one.
  QuantizedWeight Finish(std::span<const float> latent) const;

  const QuantizerSpec& spec() const { return spec_; }

 private:
  QuantizerSpec spec_;
  std::vector<int64_t> shape_;
  size_t channel_axis_ = 0;
  std::unique_ptr<Quantizer> quantizer_;
  std::vector<uint8_t> kept_;  // empty: all
  size_t size_ = 0;
};

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZER_CONSTRAINT_H_
