// Powers of two: 0 and +-2^e for a run of exponents.
//
// k bits: one for zero's place, one for the sign; 2^(k-2) exponents where zero has a code of its
// own, 2^(k-1) with zero=no. top: the largest exponent. unit is 2^0 at most (weights in [-1, 1],
// Hubara et al. 2016, arXiv 1609.07061); fit follows the largest weight, n1 = floor(log2(4 max |w|
// / 3)) as in INQ; a number is the exponent itself (nnabla's m; Gysel, Motamedi and Ghiasi 2016,
// arXiv 1604.03168, have -1 without zero, 2^-8 to 2^-1 in 4 bits). threshold: geometric rounds log2
// |w| (nnabla's pow2), arithmetic to the nearest level. Below half of the least level in that sense
// w becomes 0. Gradients go straight through, and not at all where w is above the top level.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "quantize/quantizers/power_grid.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

class Power : public Quantizer {
 public:
  Power(int bits, const QuantizerSettings& settings)
      : bits_(bits),
        fit_(settings.at("top") == "fit"),
        top_(settings.at("top") == "unit" ? 0 : std::atoi(settings.at("top").c_str())),
        geometric_(settings.at("threshold") == "geometric"),
        has_zero_(settings.at("zero") == "yes") {}

  void Forward(std::span<float> w, std::span<const float>, uint64_t,
               std::span<float> effective) const override {
    const PowerGrid grid = GridOf(w);
    for (size_t i = 0; i < w.size(); ++i) effective[i] = grid.Value(grid.Code(w[i]));
  }

  void Backward(std::span<const float> w, std::span<const float>, std::span<const float> gradient,
                std::span<float> weight_gradient, std::span<float>) const override {
    const float most = GridOf(w).most();
    for (size_t i = 0; i < w.size(); ++i) {
      weight_gradient[i] = std::abs(w[i]) <= most ? gradient[i] : 0.0f;
    }
  }

  void Grid(std::span<const float> w, std::span<const float>,
            QuantizedWeight* result) const override {
    GridOf(w).Fill(w, result);
  }

 private:
  PowerGrid GridOf(std::span<const float> w) const {
    const int top = fit_ ? PowerGrid::TopOf(w) : top_;
    const int exponent_bits = has_zero_ ? std::max(bits_ - 2, 0) : bits_ - 1;
    return PowerGrid(top, 1 << exponent_bits, geometric_, has_zero_);
  }

  int bits_;
  bool fit_;
  int top_;  // where it is not fit_
  bool geometric_, has_zero_;
};

std::unique_ptr<Quantizer> MakePower(const WeightLayout&, int bits,
                                     const QuantizerSettings& settings) {
  return std::make_unique<Power>(bits, settings);
}

}  // namespace

QuantizerEntry PowerQuantizer() {
  std::vector<std::string> tops = {"fit", "unit"};
  for (int exponent = -8; exponent <= 8; ++exponent) tops.push_back(std::to_string(exponent));
  return {{"power",
           "0 and powers of two",
           2,
           8,
           5,
           {{"top", tops}, {"threshold", {"geometric", "arithmetic"}}, {"zero", {"yes", "no"}}}},
          MakePower};
}

}  // namespace dc
