#include <cmath>

#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"x"}};

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  const double x = channel[0];
  return 1 / (1 + std::exp(-x));
}

}  // namespace

const Operator kSigmoid = {.name = "Sigmoid",
                           .id = Id::kSigmoid,
                           .opset = 6,
                           .inputs = kInputs,
                           .traits = kElementwise | kSquashes,
                           .infer = SameShape,
                           .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
