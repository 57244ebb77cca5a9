#include <algorithm>

#include "op/operator.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const auto perm = context.attributes.Ints("perm");
  Shape y(x.rbegin(), x.rend());  // without perm the dimensions are reversed
  if (!perm.empty()) {
    bool valid = perm.size() == x.size();
    for (size_t d = 0; valid && d < x.size(); ++d) {
      valid = std::find(perm.begin(), perm.end(), static_cast<int64_t>(d)) != perm.end();
    }
    if (!valid) return BadAttribute("perm", "an order of the dimensions of ", x);
    for (size_t d = 0; d < x.size(); ++d) y[d] = x[static_cast<size_t>(perm[d])];
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {Ints("perm")};

}  // namespace

const Operator kTranspose = {.name = "Transpose",
                             .id = Id::kTranspose,
                             .opset = 1,
                             .inputs = kInputs,
                             .attributes = kAttributes,
                             .infer = Infer};

}  // namespace dc::op
