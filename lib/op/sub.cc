#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"a"}, {"b"}};

}  // namespace

const Operator kSub = {.name = "Sub",
                       .id = Id::kSub,
                       .opset = 7,
                       .inputs = kInputs,
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .traits = kWhole,
                       .infer = BroadcastShape};

}  // namespace dc::op
