#include "op/operator.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  Shape y = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), y.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", y);
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    const Shape& x = context.Input(i);
    bool fits = x.size() == y.size();
    for (size_t d = 0; fits && d < y.size(); ++d) {
      if (d == *axis) {
        // One sample after another, and not all of one input before those of the next.
        if (x[d] < 0 || y[d] < 0) return AcrossBatch("joins");
        y[d] += x[d];
      } else if (x[d] == kBatch && y[d] == 1 && context.declared_batch == 1) {
        y[d] = kBatch;  // input 0 is the same for every sample
      } else {
        fits = x[d] == y[d] || (x[d] == 1 && y[d] == kBatch && context.declared_batch == 1);
      }
    }
    if (!fits) return BadShape(i, x, "that of input 0 but for the joined axis");
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {RequiredInt("axis", 1)};

}  // namespace

const Operator kConcat = {.name = "Concat",
                          .id = Id::kConcat,
                          .opset = 11,
                          .inputs = kInputs,
                          .min_inputs = 1,
                          .max_inputs = Operator::kAnyNumber,
                          .attributes = kAttributes,
                          .traits = kWhole,
                          .infer = Infer};

}  // namespace dc::op
