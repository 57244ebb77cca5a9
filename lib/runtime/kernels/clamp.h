// The activation that kernels apply to a result before they store it.
#ifndef DC_RUNTIME_KERNELS_CLAMP_H_
#define DC_RUNTIME_KERNELS_CLAMP_H_

#include <algorithm>
#include <limits>

namespace dc::runtime {

// y = min(max(v, lo), hi), NaN where v is. ReLU is {0, infinity}; the default changes nothing.
struct Clamp {
  float lo = -std::numeric_limits<float>::infinity();
  float hi = std::numeric_limits<float>::infinity();

  // In this order both return v where it is NaN.
  float operator()(float v) const { return std::min(std::max(v, lo), hi); }
};

}  // namespace dc::runtime

#endif  // DC_RUNTIME_KERNELS_CLAMP_H_
