#include <algorithm>
#include <set>

#include "op/element_map.h"
#include "op/operator.h"

namespace dc::op {
namespace {

enum Mode : int64_t { kConstant, kReflect, kEdge, kWrap };
constexpr std::string_view kModes[] = {"constant", "reflect", "edge", "wrap"};

// Elements that are put before and after an axis; negative ones are taken away.
struct Margin {
  int64_t begin = 0, end = 0;
};

// The margins of each of `rank` axes; false where the lists do not fit them.
bool ReadMargins(const Attributes& attributes, size_t rank, std::vector<Margin>* margins) {
  margins->assign(rank, {});
  const auto pads = attributes.Ints("pads"), axes = attributes.Ints("axes");
  if (pads.empty()) return true;
  const size_t count = axes.empty() ? rank : axes.size();
  if (pads.size() != 2 * count) return false;
  std::set<size_t> seen;
  for (size_t i = 0; i < count; ++i) {
    const std::optional<size_t> axis = Axis(axes.empty() ? static_cast<int64_t>(i) : axes[i], rank);
    if (!axis || !seen.insert(*axis).second) return false;
    (*margins)[*axis] = {pads[i], pads[count + i]};
  }
  return true;
}

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  std::vector<Margin> margins;
  if (!ReadMargins(context.attributes, x.size(), &margins)) {
    return BadAttribute("pads", "two numbers for each padded dimension of ", x);
  }
  const int64_t mode = context.attributes.Int("mode");
  Shape y = x;
  for (size_t d = 0; d < x.size(); ++d) {
    const auto [begin, end] = margins[d];
    if (begin == 0 && end == 0) continue;
    if (x[d] < 0) return AcrossBatch("pads");
    const bool negative = std::min(begin, end) < -kMostElements;
    // Of what is left of the axis, mirrors and copies of it are made.
    const int64_t left =
        negative ? 0 : x[d] + std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0);
    const int64_t most = mode == kWrap && left > 0 ? left : kMostElements;
    if (negative || std::max(begin, end) > most) {
      return Unsupported("a Pad of " + std::to_string(begin) + " and " + std::to_string(end), "",
                         "pad less");
    }
    const int64_t reach = mode == kReflect ? left - 1 : kMostElements;
    if (left < 0 || (left == 0 && mode != kConstant) || std::max(begin, end) > reach) {
      return BadAttribute("pads", "less than ", x, " has");
    }
    y[d] += begin + end;
    if (y[d] < 1) return BadAttribute("pads", "such that elements are left");
  }
  if (!Product(y)) return BadAttribute("pads", "a smaller padding");
  *outputs = {std::move(y)};
  return OkStatus();
}

// The element of [0, extent) that stands `position` after the first, -1 where nothing does.
int64_t At(int64_t position, int64_t extent, int64_t mode) {
  if (position >= 0 && position < extent) return position;
  switch (mode) {
    case kReflect:
      return position < 0 ? -position : 2 * (extent - 1) - position;
    case kEdge:
      return position < 0 ? 0 : extent - 1;
    case kWrap:
      return position < 0 ? position + extent : position - extent;
    default:
      return -1;
  }
}

ElementMap Map(const Attributes& attributes, std::span<const int64_t> x,
               std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  std::vector<Margin> margins;
  ReadMargins(attributes, x.size(), &margins);
  ElementMap map;
  map.fill = attributes.Float("constant_value");
  for (size_t d = 0; d < x.size(); ++d) {
    const auto [begin, end] = margins[d];
    const int64_t cut = std::max<int64_t>(-begin, 0);
    const int64_t left = x[d] - cut + std::min<int64_t>(end, 0);
    std::vector<int64_t>& offsets = map.offsets.emplace_back();
    for (int64_t i = 0; i < y[d]; ++i) {
      const int64_t from = At(i - std::max<int64_t>(begin, 0), left, attributes.Int("mode"));
      offsets.push_back(from < 0 ? -1 : (cut + from) * strides[d]);
    }
  }
  return map;
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"x"}, {"pads", Role::kSetting}, {"constant_value", Role::kSetting}, {"axes", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {Word("mode", kModes, kConstant), RequiredInts("pads"),
                                         Float("constant_value", 0), Ints("axes")};

}  // namespace

const Operator kPad = {.name = "Pad",
                       .id = Id::kPad,
                       .opset = 13,  // but for the input axes, of opset 18
                       .inputs = DC_NOT_FOR_SIZE(kInputs),
                       .attributes = kAttributes,
                       .traits = kKeepsScale | kWhole,
                       .infer = Infer,
                       .map = Map};

}  // namespace dc::op
