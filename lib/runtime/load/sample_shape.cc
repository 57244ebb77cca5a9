#include "runtime/load/sample_shape.h"

#include <cstdlib>

namespace dc::runtime {

Shape ExtentsOf(const op::Shape& whole) {
  Shape extents;
  for (int64_t d : whole) extents.push_back(std::abs(d));
  return extents;
}

int64_t CheckedSize(const Shape& shape, size_t first, size_t last) {
  int64_t size = 1;
  for (size_t i = first; i < last; ++i) {
    if (shape[i] <= 0 || shape[i] > kMaxSampleSize / size) return -1;
    size *= shape[i];
  }
  return size;
}

int64_t CheckedSize(const Shape& shape) { return CheckedSize(shape, 0, shape.size()); }

std::string DescribeShape(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (int64_t dimension : shape) {
    if (!text.empty()) text += 'x';
    text += std::to_string(dimension);
  }
  return text;
}

}  // namespace dc::runtime
