// DoReFa-Net's weights (Zhou et al. 2016, arXiv 1606.06160, equation 9), k > 1 bits: with t = tanh
// w and m = max |t|, 2 q(t / 2m + 1/2) - 1, where q rounds [0, 1] to multiples of 1 / (2^k - 1).
// The gradient goes straight through q, and as it is through the rest; the maximum is taken for a
// constant, which it is for all weights but one.
#include <algorithm>
#include <cmath>

#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

class Dorefa : public Quantizer {
 public:
  explicit Dorefa(int bits) : steps_(static_cast<float>((1 << bits) - 1)) {}

  void Forward(std::span<float> w, std::span<const float>, uint64_t,
               std::span<float> effective) const override {
    const float half = 0.5f / Greatest(w);
    for (size_t i = 0; i < w.size(); ++i) effective[i] = Level(Code(w[i], half));
  }

  void Backward(std::span<const float> w, std::span<const float>, std::span<const float> gradient,
                std::span<float> weight_gradient, std::span<float>) const override {
    const float inverse = 1.0f / Greatest(w);
    for (size_t i = 0; i < w.size(); ++i) {
      const float t = std::tanh(w[i]);
      weight_gradient[i] = gradient[i] * (1 - t * t) * inverse;
    }
  }

  void Grid(std::span<const float> w, std::span<const float>,
            QuantizedWeight* result) const override {
    const float half = 0.5f / Greatest(w);
    for (int code = 0; code <= static_cast<int>(steps_); ++code) {
      result->codebook.push_back(Level(static_cast<float>(code)));
    }
    result->codes.resize(w.size());
    for (size_t i = 0; i < w.size(); ++i) {
      result->codes[i] = static_cast<uint16_t>(Code(w[i], half));
    }
  }

 private:
  // tanh is odd and grows: the largest comes from the largest weight.
  static float Greatest(std::span<const float> w) {
    float greatest = 0;
    for (const float value : w) greatest = std::max(greatest, std::abs(value));
    return greatest > 0 ? std::tanh(greatest) : 1.0f;
  }
  float Code(float w, float half) const {
    return std::floor((std::tanh(w) * half + 0.5f) * steps_ + 0.5f);
  }
  float Level(float code) const { return 2.0f * (code / steps_) - 1.0f; }

  float steps_;
};

std::unique_ptr<Quantizer> MakeDorefa(const WeightLayout&, int bits, const QuantizerSettings&) {
  return std::make_unique<Dorefa>(bits);
}

}  // namespace

QuantizerEntry DorefaQuantizer() {
  return {{"dorefa", "2^k levels from -1 to 1 of the weight's tanh", 2, 8, 2, {}}, MakeDorefa};
}

}  // namespace dc
