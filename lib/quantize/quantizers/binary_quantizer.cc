// One bit: +s where w >= 0, else -s.
//
// scale: none (s = 1; BinaryConnect, Courbariaux, Bengio and David 2015, arXiv 1511.00363;
// binarized networks, Hubara et al. 2016, arXiv 1602.02830), tensor (s = mean |w| of the layer;
// DoReFa, Zhou et al. 2016, arXiv 1606.06160) or channel (s = mean |w| of each output; Rastegari et
// al. 2016, arXiv 1603.05279, where it is shown to have the least squared error). clip: latent
// weights stay in [-1, 1]. center: the mean over the inputs is taken off first. rounding:
// stochastic draws + with probability clip((w + 1) / 2, 0, 1). gradient: straight; xnor is g * (s *
// [|w| < 1] + 1 / n), n inputs for each output, as the authors of XNOR-Net have it.
#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "quantize/quantizers/channel_means.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

enum class Scale { kNone, kTensor, kChannel };

class Binary : public Quantizer {
 public:
  Binary(const WeightLayout& layout, const QuantizerSettings& settings)
      : layout_(layout),
        scale_(settings.at("scale") == "none"     ? Scale::kNone
               : settings.at("scale") == "tensor" ? Scale::kTensor
                                                  : Scale::kChannel),
        clip_(settings.at("clip") == "yes"),
        center_(settings.at("center") == "yes"),
        stochastic_(settings.at("rounding") == "stochastic"),
        xnor_(settings.at("gradient") == "xnor") {
    if (scale_ != Scale::kChannel) {
      whole_ = layout;
      whole_.channels = 1;
      whole_.inner = layout.size;
    }
  }

  void Forward(std::span<float> w, std::span<const float>, uint64_t draw,
               std::span<float> effective) const override {
    if (center_) Center(w);
    if (clip_) {
      for (float& value : w) value = std::clamp(value, -1.0f, 1.0f);
    }
    if (stochastic_ && draw != kNoDraw) {
      Rng rng(draw);
      for (size_t i = 0; i < w.size(); ++i) {
        const float p = std::clamp((w[i] + 1.0f) / 2.0f, 0.0f, 1.0f);
        effective[i] = rng.Uniform() < p ? 1.0f : -1.0f;
      }
    } else {
      for (size_t i = 0; i < w.size(); ++i) effective[i] = w[i] >= 0.0f ? 1.0f : -1.0f;
    }
    if (scale_ == Scale::kNone) return;
    const std::vector<float> scales = Scales(w);
    for (size_t i = 0; i < w.size(); ++i) effective[i] *= scales[ScaleOf(i)];
  }

  void Backward(std::span<const float> w, std::span<const float> learned,
                std::span<const float> gradient, std::span<float> weight_gradient,
                std::span<float> learned_gradient) const override {
    if (!xnor_) {
      Quantizer::Backward(w, learned, gradient, weight_gradient, learned_gradient);
      return;
    }
    const std::vector<float> scales = Scales(w);
    const float share = 1.0f / static_cast<float>(std::max<size_t>(layout_.per_channel(), 1));
    for (size_t i = 0; i < w.size(); ++i) {
      const float inside = std::abs(w[i]) < 1.0f ? scales[ScaleOf(i)] : 0.0f;
      weight_gradient[i] = gradient[i] * (inside + share);
    }
  }

  void Grid(std::span<const float> w, std::span<const float>,
            QuantizedWeight* result) const override {
    std::vector<float> centered;
    if (center_) {
      centered.assign(w.begin(), w.end());
      Center(centered);
      if (clip_) {
        for (float& value : centered) value = std::clamp(value, -1.0f, 1.0f);
      }
      w = centered;
    }
    result->codebook = {-1.0f, 1.0f};
    result->codes.resize(w.size());
    for (size_t i = 0; i < w.size(); ++i) result->codes[i] = w[i] >= 0.0f;
    if (scale_ == Scale::kNone) return;
    const std::vector<float> scales = Scales(w);
    if (scale_ == Scale::kChannel) {
      result->scales = scales;
    } else {
      for (float& entry : result->codebook) entry *= scales[0];
    }
  }

 private:
  size_t ScaleOf(size_t i) const { return scale_ == Scale::kChannel ? layout_.ChannelOf(i) : 0; }

  std::vector<float> Scales(std::span<const float> w) const {
    if (scale_ == Scale::kNone) return {1.0f};
    return MeanMagnitudes(scale_ == Scale::kChannel ? layout_ : whole_, w);
  }

  // Takes the mean of each output's weights off them; pruned ones stay zero.
  void Center(std::span<float> w) const {
    std::vector<double> sums(layout_.channels, 0.0);
    std::vector<size_t> counts(layout_.channels, 0);
    for (size_t i = 0; i < w.size(); ++i) {
      const size_t c = layout_.ChannelOf(i);
      sums[c] += w[i];
      counts[c] += !layout_.masked || w[i] != 0.0f;
    }
    for (size_t i = 0; i < w.size(); ++i) {
      const size_t c = layout_.ChannelOf(i);
      if (counts[c] == 0 || (layout_.masked && w[i] == 0.0f)) continue;
      w[i] -= static_cast<float>(sums[c] / static_cast<double>(counts[c]));
    }
  }

  WeightLayout layout_, whole_;
  Scale scale_;
  bool clip_, center_, stochastic_, xnor_;
};

std::unique_ptr<Quantizer> MakeBinary(const WeightLayout& layout, int,
                                      const QuantizerSettings& settings) {
  return std::make_unique<Binary>(layout, settings);
}

}  // namespace

QuantizerEntry BinaryQuantizer() {
  return {{"binary",
           "+s or -s, by the sign",
           1,
           1,
           1,
           {{"scale", {"none", "tensor", "channel"}},
            {"clip", {"no", "yes"}},
            {"center", {"no", "yes"}},
            {"rounding", {"nearest", "stochastic"}},
            {"gradient", {"straight", "xnor"}}}},
          MakeBinary};
}

}  // namespace dc
