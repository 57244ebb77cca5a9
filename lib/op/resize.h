// Resize: which inputs along an axis make each output, and by how much.
#ifndef DC_OP_RESIZE_H_
#define DC_OP_RESIZE_H_

#include <cstdint>
#include <span>
#include <vector>

#include "op/attributes.h"
#include "op/element_map.h"

namespace dc::op {

// Attribute `mode` of Resize.
enum ResizeMode : int64_t { kResizeNearest, kResizeLinear, kResizeCubic };

// Output o along an axis is the sum of input index[o * taps + k] times weight[o * taps + k] over
// k < taps, or extrapolation_value where index[o * taps] is negative.
struct ResizeAxis {
  int64_t in = 1, out = 1;
  size_t taps = 1;
  std::vector<int64_t> index;
  std::vector<float> weight;

  // Whether outputs are the inputs.
  bool is_identity() const;
};

// One per axis, for inputs of extents `x` and outputs of extents `y`.
std::vector<ResizeAxis> ResizeAxes(const Attributes& attributes, std::span<const int64_t> x,
                                   std::span<const int64_t> y);

// The map of a Resize whose mode is kResizeNearest.
MapElements MapNearest;

}  // namespace dc::op

#endif  // DC_OP_RESIZE_H_
