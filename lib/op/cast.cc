#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInt("to", 0)};  // an ONNX element type

}  // namespace

const Operator kCast = {
    .name = "Cast", .opset = 9, .inputs = kInputs, .attributes = kAttributes, .infer = SameShape};

}  // namespace dc::op
