#include "op/recurrent.h"

namespace dc::op {
namespace {

constexpr int64_t kGates = 3;  // update, reset, hidden

constexpr AttributeSpec kAttributes[] = {Word("direction", kDirections, 0), Int("layout", 0),
                                         RequiredInt("hidden_size", 0),
                                         Int("linear_before_reset", 0)};

}  // namespace

const Operator kGru = {.name = "GRU",
                       .id = Id::kGru,
                       .opset = 7,
                       .inputs = DC_NOT_FOR_SIZE(std::span(kRecurrentInputs).first(6)),
                       .min_inputs = 3,
                       .max_inputs = 6,
                       .attributes = kAttributes,
                       .traits = kRemembers,
                       .infer = InferRecurrent<kGates>,
                       .output_axis = RecurrentOutputAxis};

}  // namespace dc::op
