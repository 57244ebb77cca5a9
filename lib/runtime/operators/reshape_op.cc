// Flatten and Reshape: the same values under another shape, the batch staying in front.
#include <string>

#include "runtime/operators/registry.h"

namespace dc::runtime {

StatusOr<NodeResult> MakeFlatten(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  const Shape& shape = context.inputs[0].shape;
  const int64_t rank = static_cast<int64_t>(shape.size()) + 1;
  int64_t axis = context.attributes.Int("axis");
  if (axis < 0) axis += rank;
  // Dimensions in front of the axis become one with the batch: only ones may be there.
  if (axis < 1 || axis > rank || CheckedSize(shape, 0, static_cast<size_t>(axis) - 1) != 1) {
    return Unsupported("Flatten at axis " + std::to_string(axis) + " of Nx" + DescribeShape(shape) +
                           " mixes samples",
                       "", "flatten at axis 1");
  }
  return NodeResult{.shape = {CheckedSize(shape)}};
}

StatusOr<NodeResult> MakeReshape(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  const Shape& from = context.inputs[0].shape;
  const auto to = context.attributes.Ints("shape");
  const int64_t size = CheckedSize(from);
  const auto refuse = [&](const std::string& why) {
    return Unsupported("Reshape of Nx" + DescribeShape(from) + " " + why, "",
                       "reshape so that dimension 0 stays the batch");
  };
  if (to.empty()) return refuse("to a scalar");
  // Whatever dimension 0 says, it can only be the batch: the others must use up a whole sample.
  Shape shape(to.begin() + 1, to.end());
  int64_t known = 1;
  int64_t* open = nullptr;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 0 && context.attributes.Int("allowzero") == 0 && d < from.size()) {
      shape[d] = from[d];
    }
    if (shape[d] == -1 && open == nullptr) {
      open = &shape[d];
    } else if (shape[d] <= 0 || shape[d] > size / known) {
      return refuse("to " + DescribeShape(Shape(to.begin(), to.end())));
    } else {
      known *= shape[d];
    }
  }
  if (open != nullptr) *open = size / known;
  if (CheckedSize(shape) != size) {
    return refuse("to " + DescribeShape(Shape(to.begin(), to.end())));
  }
  return NodeResult{.shape = shape};
}

}  // namespace dc::runtime
