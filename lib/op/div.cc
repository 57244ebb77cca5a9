#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"a"}, {"b"}};

}  // namespace

const Operator kDiv = {.name = "Div",
                       .id = Id::kDiv,
                       .opset = 7,
                       .inputs = kInputs,
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .traits = 0,
                       .infer = BroadcastShape};

}  // namespace dc::op
