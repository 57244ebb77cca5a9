#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {Float("alpha", 0.01f)};

[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  const double x = channel[0];
  return x < 0 ? x * attributes.Float("alpha") : x;
}

}  // namespace

const Operator kLeakyRelu = {.name = "LeakyRelu",
                             .id = Id::kLeakyRelu,
                             .opset = 6,
                             .inputs = kInputs,
                             .attributes = kAttributes,
                             .traits = kElementwise | kRectifies,
                             .infer = SameShape,
                             .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
