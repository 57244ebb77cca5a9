#include "op/elementwise.h"

namespace dc::op {
namespace {

// Each channel of a sample over its spatial axes; a scale and a bias per channel.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  if (x.size() < 3) return BadShape(0, x, "NxCxL, NxCxHxW, ...");
  for (size_t d = 1; d < x.size(); ++d) {
    if (x[d] < 0) return AcrossBatch("normalizes");
  }
  for (size_t i = 1; i < 3; ++i) {
    if (context.Input(i) == Shape{x[1]}) continue;
    return BadShape(i, context.Input(i), "one value per channel of ", x);
  }
  return SameShape(context, outputs);
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"x"}, {"scale", Role::kScale}, {"bias", Role::kBias}};
constexpr AttributeSpec kAttributes[] = {Float("epsilon", 1e-5f)};

}  // namespace

const Operator kInstanceNormalization = {.name = "InstanceNormalization",
                                         .id = Id::kInstanceNormalization,
                                         .opset = 6,
                                         .inputs = DC_NOT_FOR_SIZE(kInputs),
                                         .min_inputs = 3,
                                         .max_inputs = 3,
                                         .attributes = kAttributes,
                                         .traits = kKeepsScale,
                                         .infer = Infer};

}  // namespace dc::op
