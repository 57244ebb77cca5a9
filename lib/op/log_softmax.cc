#include "op/elementwise.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  if (!Axis(context.attributes.Int("axis"), context.Input(0).size())) {
    return BadAttribute("axis", "a dimension of ", context.Input(0));
  }
  return SameShape(context, outputs);
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInt("axis", -1)};

}  // namespace

const Operator kLogSoftmax = {.name = "LogSoftmax",
                              .id = Id::kNone,
                              .opset = 13,
                              .inputs = kInputs,
                              .attributes = kAttributes,
                              .traits = kNormalizes,
                              .infer = Infer};

}  // namespace dc::op
