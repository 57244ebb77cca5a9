#include "op/element_map.h"
#include "op/operator.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  Shape y = context.Input(0);
  const auto repeats = context.attributes.Ints("repeats");
  if (repeats.size() != y.size()) {
    return BadAttribute("repeats", "a number for each dimension of ", y);
  }
  for (size_t d = 0; d < y.size(); ++d) {
    if (repeats[d] < 1 || repeats[d] > kMostElements) {
      return BadAttribute("repeats", "a list of positive numbers");
    }
    if (repeats[d] == 1) continue;
    if (y[d] < 0) return AcrossBatch("repeats");
    if (y[d] > kMostElements / repeats[d]) return BadAttribute("repeats", "smaller");
    y[d] *= repeats[d];
  }
  if (!Product(y)) return BadAttribute("repeats", "smaller");
  *outputs = {std::move(y)};
  return OkStatus();
}

ElementMap Map(const Attributes&, std::span<const int64_t> x, std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  ElementMap map;
  for (size_t d = 0; d < y.size(); ++d) {
    std::vector<int64_t>& offsets = map.offsets.emplace_back(Steps(y[d], strides[d]));
    for (int64_t& offset : offsets) offset %= x[d] * strides[d];
  }
  return map;
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}, {"repeats", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("repeats")};

}  // namespace

const Operator kTile = {.name = "Tile",
                        .id = Id::kTile,
                        .opset = 6,
                        .inputs = DC_NOT_FOR_SIZE(kInputs),
                        .attributes = kAttributes,
                        .traits = kKeepsScale | kWhole,
                        .infer = Infer,
                        .map = Map};

}  // namespace dc::op
