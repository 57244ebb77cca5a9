#include "op/recurrent.h"

namespace dc::op {
namespace {

constexpr int64_t kGates = 3;  // update, reset, hidden

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  RecurrentSizes sizes;
  DC_RETURN_IF_ERROR(ReadRecurrent(context, kGates, &sizes));
  *outputs = {RecurrentOutput(sizes)};
  return OkStatus();
}

constexpr AttributeSpec kAttributes[] = {Word("direction", kDirections, 0), Int("layout", 0),
                                         RequiredInt("hidden_size", 0),
                                         Int("linear_before_reset", 0)};

}  // namespace

const Operator kGru = {
    .name = "GRU",
    .id = Id::kGru,
    .opset = 7,
    .inputs = DC_NOT_FOR_SIZE(std::span(kRecurrentInputs).first(6)),
    .min_inputs = 3,
    .max_inputs = 6,
    .attributes = kAttributes,
    .traits = kRemembers,
    .infer = Infer,
    .output_axis = [](const Attributes&, size_t, size_t) -> size_t { return 1; }};

}  // namespace dc::op
