#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"a"}, {"b"}};

}  // namespace

const Operator kMul = {.name = "Mul",
                       .id = Id::kMul,
                       .opset = 7,
                       .inputs = kInputs,
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .traits = kMultiplies | kWhole,
                       .infer = BroadcastShape};

}  // namespace dc::op
