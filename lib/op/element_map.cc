#include "op/element_map.h"

#include <string>

namespace dc::op {

std::vector<int64_t> Strides(std::span<const int64_t> extents) {
  std::vector<int64_t> strides(extents.size(), 1);
  for (size_t d = extents.size(); d-- > 1;) strides[d - 1] = strides[d] * extents[d];
  return strides;
}

std::vector<int64_t> Steps(int64_t extent, int64_t stride) {
  std::vector<int64_t> offsets(static_cast<size_t>(extent));
  for (size_t i = 0; i < offsets.size(); ++i) offsets[i] = static_cast<int64_t>(i) * stride;
  return offsets;
}

Status MapGather(std::span<const int64_t> x, size_t axis, std::span<const int64_t> indices,
                 ElementMap* map) {
  const std::vector<int64_t> strides = Strides(x);
  map->offsets.clear();
  for (size_t d = 0; d < x.size(); ++d) {
    map->offsets.push_back(d == axis ? std::vector<int64_t>() : Steps(x[d], strides[d]));
  }
  for (int64_t index : indices) {
    if (index < -x[axis] || index >= x[axis]) {
      return BadInput("index " + std::to_string(index) + " of " + std::to_string(x[axis]), "",
                      "correct the model");
    }
    map->offsets[axis].push_back((index < 0 ? index + x[axis] : index) * strides[axis]);
  }
  return OkStatus();
}

}  // namespace dc::op
