#include <set>

#include "op/operator.h"

namespace dc::op {
namespace {

// Without the dimensions of 1 that are listed, or all of them where none is.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  std::set<size_t> axes;
  for (int64_t listed : context.attributes.Ints("axes")) {
    const std::optional<size_t> axis = Axis(listed, x.size());
    if (!axis || x[*axis] != 1) {
      return BadAttribute("axes", "a list of dimensions of 1 in ", x);
    }
    axes.insert(*axis);
  }
  Shape y;
  for (size_t d = 0; d < x.size(); ++d) {
    if (axes.empty() ? x[d] != 1 : axes.count(d) == 0) y.push_back(x[d]);
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"x"}, {"axes", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {Ints("axes")};

}  // namespace

const Operator kSqueeze = {.name = "Squeeze",
                           .opset = 13,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .traits = kReshapes | kKeepsScale,
                           .infer = Infer};

}  // namespace dc::op
