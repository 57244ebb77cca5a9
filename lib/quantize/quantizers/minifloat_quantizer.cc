// Floating point of few bits: minifloat.h. Gradients go straight through.
#include <cstdlib>
#include <vector>

#include "quantize/quantizers/minifloat.h"
#include "quantize/quantizers/quantizers.h"
#include "quantize/quantizers/used_numbers.h"

namespace dc {
namespace {

class MinifloatOf : public Quantizer {
 public:
  explicit MinifloatOf(const Minifloat& format) : format_(format) {}

  void Forward(std::span<float> w, std::span<const float>, uint64_t,
               std::span<float> effective) const override {
    for (size_t i = 0; i < w.size(); ++i) effective[i] = format_(w[i]);
  }

  void Grid(std::span<const float> w, std::span<const float>,
            QuantizedWeight* result) const override {
    std::vector<float> numbers(w.size());
    for (size_t i = 0; i < w.size(); ++i) numbers[i] = format_(w[i]);
    FillNumbers(numbers, result);
  }

 private:
  Minifloat format_;
};

std::unique_ptr<Quantizer> MakeMinifloat(const WeightLayout&, int bits,
                                         const QuantizerSettings& settings) {
  const int exponent_bits = std::atoi(settings.at("exponent").c_str());
  return std::make_unique<MinifloatOf>(Minifloat{exponent_bits, bits - 1 - exponent_bits});
}

}  // namespace

QuantizerEntry MinifloatQuantizer() {
  return {{"minifloat",
           "floating point of few bits",
           kMostExponentBits + 1,
           16,
           8,
           {{"exponent", {"4"}, kLeastExponentBits, kMostExponentBits}}},
          MakeMinifloat};
}

}  // namespace dc
