#include "op/operator.h"

namespace dc::op {
namespace {

// Slices of the data at the indices, in the place of the axis.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& data = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), data.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", data);
  Shape y(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(*axis));
  y.insert(y.end(), context.Input(1).begin(), context.Input(1).end());
  y.insert(y.end(), data.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, data.end());
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"data"}, {"indices"}};
constexpr AttributeSpec kAttributes[] = {Int("axis", 0)};

}  // namespace

const Operator kGather = {.name = "Gather",
                          .opset = 11,
                          .inputs = kInputs,
                          .min_inputs = 2,
                          .max_inputs = 2,
                          .attributes = kAttributes,
                          .infer = Infer};

}  // namespace dc::op
