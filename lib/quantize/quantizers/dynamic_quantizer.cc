// Dynamic fixed point: k-bit numbers with a power-of-two step that follows overflows, in which the
// latent weights are stored, too, with `stored` bits (Courbariaux, Bengio and David 2014, arXiv
// 1412.7024: 10 bits in propagation, 12 in storage, signs among them). A range is raised by one bit
// where more than one value in 10,000 overflows and lowered where that would hold for the lower
// one, too. The range is what that comes to, found anew at every step; followed: it is the one
// learned value, which FollowOverflows changes and nothing trains.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <vector>

#include "quantize/quantizers/quantizers.h"
#include "quantize/quantizers/used_numbers.h"

namespace dc {
namespace {

constexpr double kOverflows = 1e-4;  // the share of values that may

class Dynamic : public Quantizer {
 public:
  Dynamic(int bits, const QuantizerSettings& settings)
      : bits_(bits),
        stored_bits_(std::atoi(settings.at("stored").c_str())),
        followed_(settings.at("followed") == "yes") {}

  size_t learned() const override { return followed_ ? 1 : 0; }

  void StartLearned(std::span<const float> w, std::span<float> learned) const override {
    if (followed_) learned[0] = static_cast<float>(Range(w));
  }

  void Forward(std::span<float> w, std::span<const float> learned, uint64_t,
               std::span<float> effective) const override {
    const int range = RangeOf(w, learned);
    Round(range, stored_bits_, w, w);
    Round(range, bits_, w, effective);
  }

  void Backward(std::span<const float> w, std::span<const float> learned,
                std::span<const float> gradient, std::span<float> weight_gradient,
                std::span<float> learned_gradient) const override {
    Quantizer::Backward(w, learned, gradient, weight_gradient, learned_gradient);
    std::fill(learned_gradient.begin(), learned_gradient.end(), 0.0f);
  }

  void Grid(std::span<const float> w, std::span<const float> learned,
            QuantizedWeight* result) const override {
    std::vector<float> numbers(w.size());
    const int range = RangeOf(w, learned);
    Round(range, bits_, w, numbers);
    const float step = std::ldexp(1.0f, range - (bits_ - 1));
    for (float& number : numbers) number /= step;
    FillNumbers(numbers, result);
    for (float& entry : result->codebook) entry *= step;
  }

 private:
  int RangeOf(std::span<const float> w, std::span<const float> learned) const {
    return followed_ ? static_cast<int>(learned[0]) : Range(w);
  }

  // The least e for which at most one weight in 10,000 is 2^e or larger.
  static int Range(std::span<const float> w) {
    std::vector<float> sizes(w.size());
    std::transform(w.begin(), w.end(), sizes.begin(), [](float v) { return std::abs(v); });
    const auto over = static_cast<std::ptrdiff_t>(kOverflows * static_cast<double>(sizes.size()));
    std::nth_element(sizes.begin(), sizes.begin() + over, sizes.end(), std::greater<>());
    const float most = sizes[static_cast<size_t>(over)];
    // Stored numbers reach up to a step below 2^e: they must not seem to need less, or more.
    return most > 0 ? std::max(static_cast<int>(std::ceil(std::log2(most) - 1e-6f)), -60) : 0;
  }

  static void Round(int range, int bits, std::span<const float> from, std::span<float> to) {
    const float step = std::ldexp(1.0f, range - (bits - 1));
    const float most = std::ldexp(1.0f, bits - 1) - 1;
    for (size_t i = 0; i < from.size(); ++i) {
      to[i] = std::min(std::max(std::nearbyint(from[i] / step), -most), most) * step;
    }
  }

  int bits_, stored_bits_;
  bool followed_;
};

std::unique_ptr<Quantizer> MakeDynamic(const WeightLayout&, int bits,
                                       const QuantizerSettings& settings) {
  return std::make_unique<Dynamic>(bits, settings);
}

}  // namespace

void FollowOverflows(int stored_bits, std::span<float> latent) {
  const std::span<const float> w = latent.first(latent.size() - 1);
  float& range = latent.back();
  // The share of weights that are at the end of the grid of range 2^e, or beyond it.
  const auto overflows = [&](float e) {
    const float least = std::exp2(e) * (1 - std::exp2(static_cast<float>(1 - stored_bits)));
    const auto over =
        std::count_if(w.begin(), w.end(), [&](float v) { return std::abs(v) >= least; });
    return static_cast<double>(over) / static_cast<double>(std::max<size_t>(w.size(), 1));
  };
  if (overflows(range) > kOverflows) {
    range += 1;
  } else if (overflows(range - 1) <= kOverflows && range > -60) {
    range -= 1;
  }
}

QuantizerEntry DynamicQuantizer() {
  std::vector<std::string> stored = {"12"};
  for (int bits = 4; bits <= 20; ++bits) {
    if (bits != 12) stored.push_back(std::to_string(bits));
  }
  return {{"dynamic",
           "fixed point whose range follows overflows",
           2,
           16,
           10,
           {{"stored", stored}, {"followed", {"no", "yes"}}}},
          MakeDynamic};
}

}  // namespace dc
