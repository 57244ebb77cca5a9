#include <algorithm>

#include "op/element_map.h"
#include "op/elementwise.h"
#include "op/operator.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const auto listed = context.attributes.Ints("shape");
  Shape to(listed.begin(), listed.end()), y;
  for (size_t back = 1; back <= to.size(); ++back) {
    int64_t& extent = to[to.size() - back];
    if (extent < 1) return BadAttribute("shape", "a list of positive numbers");
    // The batch as a number, as exporters write it that fix it, is the batch that is there.
    if (back <= x.size() && x[x.size() - back] == kBatch && extent == context.declared_batch) {
      extent = 1;
    }
  }
  if (!Broadcast(x, to, &y) || !Product(y)) {
    return BadAttribute("shape", "one that ", x, " can be expanded to");
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

ElementMap Map(const Attributes&, std::span<const int64_t> x, std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  const size_t before = y.size() - x.size();
  ElementMap map;
  for (size_t d = 0; d < y.size(); ++d) {
    const bool repeats = d < before || x[d - before] == 1;
    map.offsets.push_back(Steps(y[d], repeats ? 0 : strides[d - before]));
  }
  return map;
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}, {"shape", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("shape")};

}  // namespace

const Operator kExpand = {.name = "Expand",
                          .id = Id::kExpand,
                          .opset = 8,
                          .inputs = DC_NOT_FOR_SIZE(kInputs),
                          .attributes = kAttributes,
                          .traits = kKeepsScale | kWhole,
                          .infer = Infer,
                          .map = Map};

}  // namespace dc::op
