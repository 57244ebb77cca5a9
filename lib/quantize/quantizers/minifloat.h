// Floating point of few bits, as hardware has it that spends nothing on special cases: a sign,
// `exponent_bits` with the usual bias, a fraction of `fraction_bits`; 0, no denormal numbers, no
// infinities, every exponent an ordinary one (Gysel, Motamedi and Ghiasi 2016, arXiv 1604.03168).
#ifndef DC_QUANTIZE_QUANTIZERS_MINIFLOAT_H_
#define DC_QUANTIZE_QUANTIZERS_MINIFLOAT_H_

#include <algorithm>
#include <cmath>

namespace dc {

// What the authors have at least, and what products with 2^24 leave within float32.
inline constexpr int kLeastExponentBits = 4, kMostExponentBits = 6;

struct Minifloat {
  int exponent_bits = 4, fraction_bits = 3;

  int bias() const { return (1 << (exponent_bits - 1)) - 1; }
  // The least number above zero: smaller ones become zero.
  float least() const { return std::ldexp(1.0f, -bias()); }
  float most() const {
    return std::ldexp(2.0f - std::ldexp(1.0f, -fraction_bits), (1 << exponent_bits) - 1 - bias());
  }

  // The nearest number, halves to the even fraction.
  float operator()(float x) const {
    const float magnitude = std::min(std::abs(x), most());
    if (magnitude < least()) return 0.0f;
    const float step = std::ldexp(1.0f, std::ilogb(magnitude) - fraction_bits);
    return std::copysign(std::nearbyint(magnitude / step) * step, x);
  }

  // The exponent bits that numbers up to `magnitude` need, the authors' rule. Not bounded above.
  static int ExponentBitsFor(double magnitude) {
    const double log = std::log2(std::max(magnitude, 4.0));
    return std::max(kLeastExponentBits, static_cast<int>(std::ceil(std::log2(log - 1) + 1)));
  }
};

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_MINIFLOAT_H_
