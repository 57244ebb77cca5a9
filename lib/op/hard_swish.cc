#include <algorithm>

#include "op/elementwise.h"

namespace dc::op {
namespace {

// y = x * clip(x / 6 + 1 / 2, 0, 1)
[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  const double x = channel[0];
  return x * std::clamp(x / 6 + 0.5, 0.0, 1.0);
}

constexpr InputSpec kInputs[] = {{"x"}};

}  // namespace

const Operator kHardSwish = {.name = "HardSwish",
                             .id = Id::kHardSwish,
                             .opset = 14,
                             .inputs = kInputs,
                             .traits = kElementwise | kRectifies,
                             .infer = SameShape,
                             .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
