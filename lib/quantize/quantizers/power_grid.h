// The grid +-2^e for `count` exponents e up to `top`, with 0 or without.
#ifndef DC_QUANTIZE_QUANTIZERS_POWER_GRID_H_
#define DC_QUANTIZE_QUANTIZERS_POWER_GRID_H_

#include <algorithm>
#include <cmath>
#include <span>

#include "dc/quantized_weight.h"

namespace dc {

class PowerGrid {
 public:
  PowerGrid(int top, int count, bool geometric, bool has_zero = true)
      : top_(top), count_(count), geometric_(geometric), has_zero_(has_zero) {}

  // floor(log2(4 max |w| / 3)): the largest weight is no further from 2^top than from 2^(top+1).
  // Zhou et al. 2017 (arXiv 1702.03044), equation 2. 0 where all weights are zero.
  static int TopOf(std::span<const float> w) {
    float most = 0;
    for (const float value : w) most = std::max(most, std::abs(value));
    return most > 0 ? static_cast<int>(std::floor(std::log2(4.0 * most / 3.0))) : 0;
  }

  float most() const { return std::ldexp(1.0f, top_); }

  // 0 for zero (where the grid has none, zero counts as positive), 1 + i for 2^(top - i), -1 - i
  // for its negative.
  int Code(float w) const {
    const float magnitude = std::abs(w);
    int exponent = 0;
    const float fraction = std::frexp(magnitude, &exponent);  // magnitude = fraction * 2^exponent
    if (magnitude == 0) return has_zero_ ? 0 : count_;
    // Between 2^(exponent - 1) and 2^exponent: which of the two.
    constexpr float kRootHalf = 0.70710678f, kThreeQuarters = 0.75f;
    const float border = geometric_ ? kRootHalf : kThreeQuarters;
    const int nearest = fraction >= border ? exponent : exponent - 1;
    const int down = top_ - nearest;
    // The least level's own border with zero: half of it, or its geometric one.
    if (has_zero_ && down >= count_) {
      const float least = std::ldexp(1.0f, top_ - count_ + 1);
      const float zero_below = geometric_ ? least * kRootHalf : least * 0.5f;
      if (magnitude < zero_below) return 0;
    }
    const int code = 1 + std::clamp(down, 0, count_ - 1);
    return w < 0 ? -code : code;
  }

  float Value(int code) const {
    if (code == 0) return 0.0f;
    const float magnitude = std::ldexp(1.0f, top_ + 1 - std::abs(code));
    return code < 0 ? -magnitude : magnitude;
  }

  // Codebook (zero first where there is one, then ascending) and codes.
  void Fill(std::span<const float> w, QuantizedWeight* result) const {
    const int zeros = has_zero_ ? 1 : 0;
    result->codebook.assign(static_cast<size_t>(zeros), 0.0f);
    for (int code = 1; code <= count_; ++code) result->codebook.push_back(Value(-code));
    for (int code = count_; code >= 1; --code) result->codebook.push_back(Value(code));
    result->codes.resize(w.size());
    for (size_t i = 0; i < w.size(); ++i) {
      const int code = Code(w[i]);
      result->codes[i] = static_cast<uint16_t>(code == 0  ? 0
                                               : code < 0 ? zeros - 1 - code
                                                          : zeros + 2 * count_ - code);
    }
  }

 private:
  int top_, count_;
  bool geometric_, has_zero_;
};

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_POWER_GRID_H_
