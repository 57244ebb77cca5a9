#include "op/pool.h"

namespace dc::op {
namespace {

[[maybe_unused]] double OnConstantChannel(const Attributes&, std::span<const double> channel) {
  return channel[0];
}

constexpr InputSpec kInputs[] = {{"x"}};

}  // namespace

const Operator kGlobalAveragePool = {.name = "GlobalAveragePool",
                                     .id = Id::kGlobalAveragePool,
                                     .opset = 1,
                                     .inputs = kInputs,
                                     .traits = kPools,
                                     .infer = GlobalPooledShape,
                                     .on_constant = DC_NOT_FOR_SIZE(OnConstantChannel)};

}  // namespace dc::op
