#include "op/elementwise.h"

namespace dc::op {
namespace {

// Divides by the sum of squares over `size` neighbouring channels.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  if (context.Input(0).size() < 2) return BadShape(0, context.Input(0), "NxC, NxCxHxW, ...");
  if (context.Input(0)[1] < 0) return AcrossBatch("normalizes");
  return SameShape(context, outputs);
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInt("size", 1), Float("alpha", 1e-4f),
                                         Float("beta", 0.75f), Float("bias", 1.0f)};

}  // namespace

const Operator kLrn = {.name = "LRN",
                       .id = Id::kLrn,
                       .opset = 1,
                       .inputs = kInputs,
                       .attributes = kAttributes,
                       .traits = kKeepsScale,
                       .infer = Infer};

}  // namespace dc::op
