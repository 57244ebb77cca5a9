// Numbers as they are stored: a fixed-point format of k bits, `fraction` of them after the binary
// point, in which the latent weights are, too. Every step rounds them to it again, at random or to
// nearest, so that an update smaller than a step is lost or counts by its probability (Gupta et al.
// 2015, arXiv 1502.02551).
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "base/rng.h"
#include "quantize/quantizers/quantizers.h"
#include "quantize/quantizers/used_numbers.h"

namespace dc {
namespace {

class Stored : public Quantizer {
 public:
  Stored(int bits, const QuantizerSettings& settings)
      : step_(std::ldexp(1.0f, -std::atoi(settings.at("fraction").c_str()))),
        most_(std::ldexp(1.0f, bits - 1) - 1),
        stochastic_(settings.at("rounding") == "stochastic") {}

  void Forward(std::span<float> w, std::span<const float>, uint64_t draw,
               std::span<float> effective) const override {
    const bool random = stochastic_ && draw != kNoDraw;
    Rng rng(draw);
    for (size_t i = 0; i < w.size(); ++i) {
      const float place = w[i] / step_;
      const float number =
          random ? std::floor(place + static_cast<float>(rng.Uniform())) : std::nearbyint(place);
      w[i] = effective[i] = Inside(number) * step_;
    }
  }

  void Grid(std::span<const float> w, std::span<const float>,
            QuantizedWeight* result) const override {
    std::vector<float> numbers(w.size());
    for (size_t i = 0; i < w.size(); ++i) numbers[i] = Inside(std::nearbyint(w[i] / step_));
    // A format of 16 bits has more numbers than a layer uses.
    FillNumbers(numbers, result);
    for (float& entry : result->codebook) entry *= step_;
  }

 private:
  float Inside(float number) const { return std::min(std::max(number, -most_ - 1), most_); }

  float step_, most_;
  bool stochastic_;
};

std::unique_ptr<Quantizer> MakeStored(const WeightLayout&, int bits,
                                      const QuantizerSettings& settings) {
  return std::make_unique<Stored>(bits, settings);
}

}  // namespace

QuantizerEntry StoredQuantizer() {
  std::vector<std::string> fractions = {"14"};
  for (int bits = 0; bits <= 22; ++bits) {
    if (bits != 14) fractions.push_back(std::to_string(bits));
  }
  return {{"stored",
           "numbers of a fixed-point format",
           2,
           16,
           16,
           {{"fraction", fractions}, {"rounding", {"stochastic", "nearest"}}}},
          MakeStored};
}

}  // namespace dc
