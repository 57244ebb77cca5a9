// Three values: +p where w > t, -n where w < -t, else 0.
//
// rule: mean is Ternary Weight Networks (Li, Zhang and Liu 2016, arXiv 1605.04711): t = 0.7 mean
// |w| and p = n = mean |w| over what is above it, found anew at every step; gradients go straight
// through. trained is Trained Ternary Quantization (Zhu, Han, Mao and Dally 2016, arXiv
// 1612.01064): t = `share` max |w|, 0.05 for the authors, p and n are trained from the first means;
// latent weights above the threshold get the gradient times p, those below times n.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "quantize/quantizers/quantizers.h"
#include "quantize/ternary_fit.h"

namespace dc {
namespace {

class Ternary : public Quantizer {
 public:
  Ternary(const WeightLayout& layout, const QuantizerSettings& settings)
      : masked_(layout.masked),
        trained_(settings.at("rule") == "trained"),
        share_(std::strtof(settings.at("share").c_str(), nullptr)) {}

  size_t learned() const override { return trained_ ? 2 : 0; }

  void StartLearned(std::span<const float> w, std::span<float> learned) const override {
    if (!trained_) return;
    const float threshold = TrainedThreshold(w);
    learned[0] = MeanOnSide(w, threshold, 1.0f);
    learned[1] = MeanOnSide(w, threshold, -1.0f);
  }

  void Forward(std::span<float> w, std::span<const float> learned, uint64_t,
               std::span<float> effective) const override {
    const Levels levels = LevelsOf(w, learned);
    for (size_t i = 0; i < w.size(); ++i) effective[i] = levels.Value(w[i]);
  }

  void Backward(std::span<const float> w, std::span<const float> learned,
                std::span<const float> gradient, std::span<float> weight_gradient,
                std::span<float> learned_gradient) const override {
    if (!trained_) {
      Quantizer::Backward(w, learned, gradient, weight_gradient, learned_gradient);
      return;
    }
    const Levels levels = LevelsOf(w, learned);
    double up = 0, down = 0;
    for (size_t i = 0; i < w.size(); ++i) {
      const float g = gradient[i];
      if (w[i] > levels.threshold) {
        up += g;
        weight_gradient[i] = g * levels.positive;
      } else if (w[i] < -levels.threshold) {
        down -= g;
        weight_gradient[i] = g * levels.negative;
      } else {
        weight_gradient[i] = g;
      }
    }
    learned_gradient[0] = static_cast<float>(up);
    learned_gradient[1] = static_cast<float>(down);
  }

  void Grid(std::span<const float> w, std::span<const float> learned,
            QuantizedWeight* result) const override {
    const Levels levels = LevelsOf(w, learned);
    result->codebook = {0.0f, levels.positive, -levels.negative};
    result->codes.resize(w.size());
    for (size_t i = 0; i < w.size(); ++i) {
      result->codes[i] = w[i] > levels.threshold ? 1 : w[i] < -levels.threshold ? 2 : 0;
    }
  }

 private:
  struct Levels {
    float threshold, positive, negative;
    float Value(float w) const { return w > threshold ? positive : w < -threshold ? -negative : 0; }
  };

  float TrainedThreshold(std::span<const float> w) const {
    float greatest = 0;
    for (const float value : w) greatest = std::max(greatest, std::abs(value));
    return share_ * greatest;
  }

  static float MeanOnSide(std::span<const float> w, float threshold, float sign) {
    double sum = 0;
    size_t count = 0;
    for (const float value : w) {
      if (sign * value <= threshold) continue;
      sum += sign * static_cast<double>(value);
      ++count;
    }
    return count ? static_cast<float>(sum / static_cast<double>(count)) : 1.0f;
  }

  Levels LevelsOf(std::span<const float> w, std::span<const float> learned) const {
    if (trained_) return {TrainedThreshold(w), learned[0], learned[1]};
    const TernaryFit fit = FitTernary(w, masked_);
    const float scale = fit.scale > 0 ? fit.scale : 1.0f;
    return {fit.threshold, scale, scale};
  }

  bool masked_, trained_;
  float share_;
};

std::unique_ptr<Quantizer> MakeTernary(const WeightLayout& layout, int,
                                       const QuantizerSettings& settings) {
  return std::make_unique<Ternary>(layout, settings);
}

}  // namespace

QuantizerEntry TernaryQuantizer() {
  return {{"ternary",
           "0, +p and -n",
           2,
           2,
           2,
           {{"rule", {"mean", "trained"}},
            {"share", {"0.05", "0.1", "0.15", "0.2", "0.25", "0.3", "0.35", "0.4"}}}},
          MakeTernary};
}

}  // namespace dc
