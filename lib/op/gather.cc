#include "op/operator.h"

namespace dc::op {
namespace {

// Slices of the data at the indices, in the place of the axis.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& data = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), data.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", data);
  if (data[*axis] < 0) return AcrossBatch("gathers");
  Shape y(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(*axis));
  y.insert(y.end(), context.Input(1).begin(), context.Input(1).end());
  y.insert(y.end(), data.begin() + static_cast<std::ptrdiff_t>(*axis) + 1, data.end());
  if (!Product(y)) return BadShape(1, context.Input(1), "fewer elements, and the batch once");
  *outputs = {std::move(y)};
  return OkStatus();
}

// A constant that computed indices choose from is learned: an embedding.
[[maybe_unused]] constexpr InputSpec kInputs[] = {{"data", Role::kWeight},
                                                  {"indices", Role::kOperand, Element::kInteger}};
constexpr AttributeSpec kAttributes[] = {Int("axis", 0)};

// A table of rows has its outputs in its columns, like the weight of a product with indicators.
size_t Outputs(const Attributes& attributes, size_t, size_t rank) {
  return Axis(attributes.Int("axis"), rank).value_or(0) == 0 ? rank - 1 : 0;
}

}  // namespace

const Operator kGather = {.name = "Gather",
                          .id = Id::kGather,
                          .opset = 11,
                          .inputs = DC_NOT_FOR_SIZE(kInputs),
                          .min_inputs = 2,
                          .max_inputs = 2,
                          .attributes = kAttributes,
                          .traits = kWhole,
                          .infer = Infer,
                          .output_axis = Outputs};

}  // namespace dc::op
