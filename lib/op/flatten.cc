#include "op/operator.h"

namespace dc::op {
namespace {

// A matrix: the dimensions before the axis, and those from it on.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const int64_t rank = static_cast<int64_t>(x.size());
  int64_t axis = context.attributes.Int("axis");
  if (axis < 0) axis += rank;
  if (axis < 0 || axis > rank) return BadAttribute("axis", "a dimension of ", x);
  const auto split = static_cast<size_t>(axis);
  const auto rows = Product(std::span(x).first(split)),
             columns = Product(std::span(x).subspan(split));
  if (!rows || !columns) return BadShape(0, x, "fewer elements");
  Shape y = {*rows, *columns};
  if (!KeepsBatch(x, y)) return AcrossBatch("flattens");
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {Int("axis", 1)};

}  // namespace

const Operator kFlatten = {.name = "Flatten",
                           .id = Id::kFlatten,
                           .opset = 11,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .traits = kReshapes | kKeepsScale,
                           .infer = Infer};

}  // namespace dc::op
