#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInt("to", 0)};    // an ONNX element type
[[maybe_unused]] constexpr OnnxOnly kOnnxOnly[] = {{"saturate"}};  // of 8-bit floats

}  // namespace

const Operator kCast = {.name = "Cast",
                        .id = Id::kCast,
                        .opset = 9,
                        .inputs = DC_NOT_FOR_SIZE(kInputs),
                        .attributes = kAttributes,
                        .onnx_only = DC_NOT_FOR_SIZE(kOnnxOnly),
                        .traits = kWhole,
                        .infer = SameShape,
                        .result = DC_NOT_FOR_SIZE(Element::kTarget)};

}  // namespace dc::op
