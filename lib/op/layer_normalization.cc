#include "op/elementwise.h"

namespace dc::op {
namespace {

// Over the dimensions from `axis` on, to which scale and bias broadcast.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), x.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", x);
  const Shape normalized(x.begin() + static_cast<std::ptrdiff_t>(*axis), x.end());
  for (int64_t d : normalized) {
    if (d < 0) return AcrossBatch("normalizes");
  }
  for (size_t i = 1; i < 3; ++i) {
    if (!context.Has(i)) continue;
    Shape sum;
    if (Broadcast(normalized, context.Input(i), &sum) && sum == normalized) continue;
    return BadShape(i, context.Input(i), "one that broadcasts to ", normalized);
  }
  return SameShape(context, outputs);
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"x"}, {"scale", Role::kScale}, {"bias", Role::kBias}};
constexpr AttributeSpec kAttributes[] = {Int("axis", -1), Float("epsilon", 1e-5f)};
// The type that means are computed in: float32.
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {
    {.name = "stash_type", .fixed = true, .number = 1}};

}  // namespace

const Operator kLayerNormalization = {.name = "LayerNormalization",
                                      .id = Id::kLayerNormalization,
                                      .opset = 17,
                                      .inputs = DC_NOT_FOR_SIZE(kInputs),
                                      .min_inputs = 2,
                                      .max_inputs = 3,
                                      .attributes = kAttributes,
                                      .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                                      .traits = kKeepsScale,
                                      .infer = Infer};

}  // namespace dc::op
