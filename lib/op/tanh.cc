#include <cmath>

#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  const double x = channel[0];
  return std::tanh(x);
}

}  // namespace

const Operator kTanh = {.name = "Tanh",
                        .id = Id::kTanh,
                        .opset = 6,
                        .inputs = kInputs,
                        .traits = kElementwise,
                        .infer = SameShape,
                        .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
