#include "op/shape.h"

#include <cstdlib>

namespace dc::op {

std::optional<int64_t> Product(std::span<const int64_t> dimensions) {
  int64_t product = 1;
  for (int64_t d : dimensions) {
    if (d == 0 || (d < 0 && product < 0) || d < -kMostElements || d > kMostElements ||
        std::abs(product) > kMostElements / std::abs(d)) {
      return std::nullopt;
    }
    product *= d;
  }
  return product;
}

bool KeepsBatch(const Shape& from, const Shape& to) {
  const auto before = [](const Shape& shape) {
    int64_t product = 1;
    for (int64_t d : shape) {
      if (d < 0) break;
      product *= d;
    }
    return product;
  };
  return before(from) == before(to);
}

std::string DescribeShape(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (int64_t d : shape) {
    if (!text.empty()) text += 'x';
    if (d != kBatch) text += std::to_string(std::abs(d));
    if (d < 0) text += 'N';
  }
  return text;
}

std::optional<size_t> Axis(int64_t axis, size_t rank) {
  const int64_t signed_rank = static_cast<int64_t>(rank);
  if (axis < -signed_rank || axis >= signed_rank) return std::nullopt;
  return static_cast<size_t>(axis < 0 ? axis + signed_rank : axis);
}

Status AcrossBatch(TextView what) {
  return Unsupported(std::string(std::string_view(what)) + " across the batch", "",
                     "export the model with a fixed batch, or so that samples stay apart");
}

#ifdef DC_FOR_SIZE
Status WrongShape(size_t i) {
  return BadInput("the shape of input " + std::to_string(i) + " does not fit", "",
                  "correct the model's shapes");
}

Status WrongAttribute(TextView name) {
  return BadInput("the value of attribute " + std::string(std::string_view(name)), "",
                  "correct the model");
}
#else
Status WrongShape(size_t i, const Shape& shape, TextView expected) {
  return BadInput("input " + std::to_string(i) + " has shape " + DescribeShape(shape) +
                      ", expected " + std::string(std::string_view(expected)),
                  "", "correct the model's shapes");
}

Status WrongAttribute(TextView name, TextView expected) {
  return BadInput("attribute " + std::string(std::string_view(name)) + " is not " +
                      std::string(std::string_view(expected)),
                  "", "correct the model");
}
#endif

}  // namespace dc::op
