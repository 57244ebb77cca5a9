#include <algorithm>
#include <cfloat>

#include "op/elementwise.h"

namespace dc::op {
namespace {

[[maybe_unused]] double OnConstantChannel(const Attributes& attributes,
                                          std::span<const double> channel) {
  const double low = attributes.Float("min"), high = attributes.Float("max");
  return std::min(std::max(channel[0], low), high);
}

constexpr InputSpec kInputs[] = {{"x"}, {"min", Role::kSetting}, {"max", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {Float("min", -FLT_MAX), Float("max", FLT_MAX)};

}  // namespace

const Operator kClip = {.name = "Clip",
                        .id = Id::kClip,
                        .opset = 11,
                        .inputs = kInputs,
                        .attributes = kAttributes,
                        .traits = kElementwise | kRectifies | kLimits | kWhole,
                        .infer = SameShape,
                        .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
