#include "op/pool.h"

namespace dc::op {
namespace {

double OnConstantChannel(const Attributes&, std::span<const double> channel) { return channel[0]; }

constexpr InputSpec kInputs[] = {{"x"}};

}  // namespace

const Operator kGlobalMaxPool = {.name = "GlobalMaxPool",
                                 .id = Id::kGlobalMaxPool,
                                 .opset = 1,
                                 .inputs = kInputs,
                                 .traits = kPools,
                                 .infer = GlobalPooledShape,
                                 .on_constant = OnConstantChannel};

}  // namespace dc::op
