#include "op/elementwise.h"
#include "op/normalization.h"

namespace dc::op {
namespace {

// Each channel of a sample over its spatial axes; a scale and a bias per channel.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  if (x.size() < 3) return BadShape(0, x, "NxCxL, NxCxHxW, ...");
  DC_RETURN_IF_ERROR(CheckNormalized(std::span(x).subspan(1)));
  for (size_t i = 1; i < 3; ++i) {
    if (context.Input(i) == Shape{x[1]}) continue;
    return BadShape(i, context.Input(i), "one value per channel of ", x);
  }
  return SameShape(context, outputs);
}

constexpr AttributeSpec kAttributes[] = {Float("epsilon", 1e-5f)};

}  // namespace

const Operator kInstanceNormalization = {.name = "InstanceNormalization",
                                         .id = Id::kInstanceNormalization,
                                         .opset = 6,
                                         .inputs = DC_NOT_FOR_SIZE(kNormalizationInputs),
                                         .min_inputs = 3,
                                         .max_inputs = 3,
                                         .attributes = kAttributes,
                                         .traits = kKeepsScale,
                                         .infer = Infer};

}  // namespace dc::op
