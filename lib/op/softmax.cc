#include "op/elementwise.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), x.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", x);
  if (x[*axis] < 0) return AcrossBatch("a softmax");
  return SameShape(context, outputs);
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInt("axis", -1)};

}  // namespace

const Operator kSoftmax = {.name = "Softmax",
                           .id = Id::kSoftmax,
                           .opset = 13,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .traits = kNormalizes,
                           .infer = Infer};

}  // namespace dc::op
