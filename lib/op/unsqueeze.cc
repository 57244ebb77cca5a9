#include <set>

#include "op/operator.h"

namespace dc::op {
namespace {

// With dimensions of 1 at the axes that are listed, counted in the output.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const auto listed = context.attributes.Ints("axes");
  const size_t rank = x.size() + listed.size();
  std::set<size_t> axes;
  for (int64_t each : listed) {
    const std::optional<size_t> axis = Axis(each, rank);
    if (!axis || !axes.insert(*axis).second) {
      return BadAttribute("axes", "a list of different dimensions of the output");
    }
  }
  Shape y;
  for (size_t d = 0, next = 0; d < rank; ++d) y.push_back(axes.count(d) ? 1 : x[next++]);
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"x"}, {"axes", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("axes")};

}  // namespace

const Operator kUnsqueeze = {.name = "Unsqueeze",
                             .opset = 13,
                             .inputs = kInputs,
                             .attributes = kAttributes,
                             .traits = kReshapes | kKeepsScale | kWhole,
                             .infer = Infer};

}  // namespace dc::op
