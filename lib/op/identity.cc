#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  const double x = channel[0];
  return x;
}

}  // namespace

const Operator kIdentity = {.name = "Identity",
                            .id = Id::kNone,
                            .opset = 1,
                            .inputs = kInputs,
                            .traits = kElementwise | kRenames | kReshapes | kKeepsScale | kWhole,
                            .infer = SameShape,
                            .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
