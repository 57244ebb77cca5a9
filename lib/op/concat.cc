#include "op/operator.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  Shape y = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), y.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", y);
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    Shape x = context.Input(i);
    const bool fits = x.size() == y.size();
    // One sample after another, and not all of one input before those of the next.
    if (fits && (x[*axis] < 0 || y[*axis] < 0)) return AcrossBatch("joins");
    if (fits) {
      y[*axis] += x[*axis];
      x[*axis] = y[*axis];
    }
    if (x != y) return BadShape(i, context.Input(i), "that of input 0 but for the joined axis");
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
                          .max_inputs = 65535,
                          .attributes = kAttributes,
                          .infer = Infer};

}  // namespace dc::op
