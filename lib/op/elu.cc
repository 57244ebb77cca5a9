#include <cmath>

#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {Float("alpha", 1.0f)};

[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  const double x = channel[0];
  return x < 0 ? attributes.Float("alpha") * std::expm1(x) : x;
}

}  // namespace

const Operator kElu = {.name = "Elu",
                       .id = Id::kElu,
                       .opset = 6,
                       .inputs = kInputs,
                       .attributes = kAttributes,
                       .traits = kElementwise | kRectifies,
                       .infer = SameShape,
                       .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
