#include <algorithm>

#include "op/element_map.h"
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

ElementMap Map(const Attributes& attributes, std::span<const int64_t> x,
               std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  const auto perm = attributes.Ints("perm");
  ElementMap map;
  for (size_t d = 0; d < y.size(); ++d) {
    const size_t from = perm.empty() ? y.size() - 1 - d : static_cast<size_t>(perm[d]);
    map.offsets.push_back(Steps(y[d], strides[from]));
  }
  return map;
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}};
constexpr AttributeSpec kAttributes[] = {Ints("perm")};

}  // namespace

const Operator kTranspose = {.name = "Transpose",
                             .id = Id::kTranspose,
                             .opset = 1,
                             .inputs = DC_NOT_FOR_SIZE(kInputs),
                             .attributes = kAttributes,
                             .traits = kWhole,
                             .infer = Infer,
                             .map = Map};

}  // namespace dc::op
