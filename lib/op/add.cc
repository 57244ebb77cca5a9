#include "op/elementwise.h"

namespace dc::op {
namespace {

constexpr InputSpec kInputs[] = {{"a"}, {"b"}};

}  // namespace

const Operator kAdd = {.name = "Add",
                       .id = Id::kAdd,
                       .opset = 7,
                       .inputs = kInputs,
                       .min_inputs = 2,
                       .max_inputs = 2,
                       .traits = kAdds | kKeepsScale | kWhole,
                       .infer = BroadcastShape};

}  // namespace dc::op
