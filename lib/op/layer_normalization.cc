#include "op/elementwise.h"
#include "op/normalization.h"

namespace dc::op {
namespace {

// Over the dimensions from `axis` on, to which scale and bias broadcast.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), x.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", x);
  const Shape normalized(x.begin() + static_cast<std::ptrdiff_t>(*axis), x.end());
  DC_RETURN_IF_ERROR(CheckNormalized(normalized));
  for (size_t i = 1; i < 3; ++i) {
    if (!context.Has(i)) continue;
    Shape sum;
    if (Broadcast(normalized, context.Input(i), &sum) && sum == normalized) continue;
    return BadShape(i, context.Input(i), "one that broadcasts to ", normalized);
  }
  return SameShape(context, outputs);
}

constexpr AttributeSpec kAttributes[] = {Int("axis", -1), Float("epsilon", 1e-5f)};

}  // namespace

const Operator kLayerNormalization = {.name = "LayerNormalization",
                                      .id = Id::kLayerNormalization,
                                      .opset = 17,
                                      .inputs = DC_NOT_FOR_SIZE(kNormalizationInputs),
                                      .min_inputs = 2,
                                      .max_inputs = 3,
                                      .attributes = kAttributes,
                                      .onnx_only = DC_NOT_FOR_SIZE(kNormalizationOnnxOnly),
                                      .traits = kKeepsScale,
                                      .infer = Infer};

}  // namespace dc::op
