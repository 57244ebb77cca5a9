#include <algorithm>

#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  const double x = channel[0];
  return std::max(x, 0.0);
}

}  // namespace

const Operator kRelu = {.name = "Relu",
                        .id = Id::kRelu,
                        .opset = 6,
                        .inputs = kInputs,
                        .traits = kElementwise | kRectifies | kLimits | kWhole,
                        .infer = SameShape,
                        .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
