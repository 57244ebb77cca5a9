#include "op/elementwise.h"
#include "op/normalization.h"

namespace dc::op {
namespace {

// Each group of channels of a sample over all of its values; a scale and a bias per channel or, in
// opset 18, per group.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  if (x.size() < 2) return BadShape(0, x, "NxC, NxCxHxW, ...");
  DC_RETURN_IF_ERROR(CheckNormalized(std::span(x).subspan(1)));
  const int64_t groups = context.attributes.Int("num_groups");
  if (groups < 1 || x[1] % groups != 0) {
    return BadAttribute("num_groups", "a divisor of ", x[1], " channels");
  }
  for (size_t i = 1; i < 3; ++i) {
    if (context.Input(i) == Shape{x[1]} || context.Input(i) == Shape{groups}) continue;
    return BadShape(i, context.Input(i), "one value per channel or group of ", x);
  }
  return SameShape(context, outputs);
}

constexpr AttributeSpec kAttributes[] = {RequiredInt("num_groups", 1), Float("epsilon", 1e-5f)};

}  // namespace

const Operator kGroupNormalization = {.name = "GroupNormalization",
                                      .id = Id::kGroupNormalization,
                                      .opset = 18,
                                      .inputs = DC_NOT_FOR_SIZE(kNormalizationInputs),
                                      .min_inputs = 3,
                                      .max_inputs = 3,
                                      .attributes = kAttributes,
                                      .onnx_only = DC_NOT_FOR_SIZE(kNormalizationOnnxOnly),
                                      .traits = kKeepsScale,
                                      .infer = Infer};

}  // namespace dc::op
