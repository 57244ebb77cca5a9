#include <algorithm>
#include <limits>
#include <set>

#include "op/element_map.h"
#include "op/operator.h"

namespace dc::op {
namespace {

// What is taken along one axis: elements first, first + step, ...
struct Taken {
  int64_t first = 0, step = 1, count = 0;
};

// The elements of an axis of `extent` from `start` up to, not including, `end`.
Taken Take(int64_t extent, int64_t start, int64_t end, int64_t step) {
  const auto clamp = [&](int64_t position, int64_t low, int64_t high) {
    return std::clamp(position < 0 ? position + extent : position, low, high);
  };
  Taken taken;
  taken.step = std::clamp(step, -kMostElements, kMostElements);
  if (step > 0) {
    taken.first = clamp(start, 0, extent);
    const int64_t last = clamp(end, 0, extent);
    if (last > taken.first) taken.count = 1 + (last - taken.first - 1) / taken.step;
  } else {
    taken.first = clamp(start, 0, extent - 1);
    const int64_t last = clamp(end, -1, extent - 1);
    if (last < taken.first) taken.count = 1 + (taken.first - last - 1) / -taken.step;
  }
  return taken;
}

// The i-th listed axis of `rank`; without a list the first ones.
std::optional<size_t> ListedAxis(const Attributes& attributes, size_t i, size_t rank) {
  const auto axes = attributes.Ints("axes");
  return Axis(axes.empty() ? static_cast<int64_t>(i) : axes[i], rank);
}

int64_t StepOf(const Attributes& attributes, size_t i) {
  const auto steps = attributes.Ints("steps");
  return steps.empty() ? 1 : steps[i];
}

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const auto starts = context.attributes.Ints("starts"), ends = context.attributes.Ints("ends");
  const auto axes = context.attributes.Ints("axes"), steps = context.attributes.Ints("steps");
  const size_t count = starts.size();
  if (ends.size() != count || (!axes.empty() && axes.size() != count) ||
      (!steps.empty() && steps.size() != count)) {
    return BadAttribute("ends", "a list like starts, axes and steps");
  }
  Shape y = x;
  std::set<size_t> seen;
  for (size_t i = 0; i < count; ++i) {
    const std::optional<size_t> axis = ListedAxis(context.attributes, i, x.size());
    if (!axis || !seen.insert(*axis).second) {
      return BadAttribute("axes", "a list of different dimensions of ", x);
    }
    const int64_t step = StepOf(context.attributes, i);
    if (step == 0) return BadAttribute("steps", "a list without 0");
    int64_t& extent = y[*axis];
    if (extent < 0) {
      // The whole batch is all that can be taken of it.
      const bool all = starts[i] == 0 && step == 1 &&
                       (ends[i] >= std::numeric_limits<int32_t>::max() ||
                        (extent == kBatch && ends[i] > 0 && ends[i] == context.declared_batch));
      if (!all) return AcrossBatch("slices");
      continue;
    }
    extent = Take(extent, starts[i], ends[i], step).count;
    if (extent == 0) {
      return Unsupported("a Slice of " + DescribeShape(x) + " that takes nothing", "",
                         "export the model without it");
    }
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

ElementMap Map(const Attributes& attributes, std::span<const int64_t> x,
               std::span<const int64_t> y) {
  const std::vector<int64_t> strides = Strides(x);
  ElementMap map;
  for (size_t d = 0; d < x.size(); ++d) map.offsets.push_back(Steps(y[d], strides[d]));
  const auto starts = attributes.Ints("starts"), ends = attributes.Ints("ends");
  for (size_t i = 0; i < starts.size(); ++i) {
    const size_t axis = *ListedAxis(attributes, i, x.size());
    const Taken taken = Take(x[axis], starts[i], ends[i], StepOf(attributes, i));
    if (taken.count != y[axis]) continue;  // the batch, which stays whole
    for (int64_t k = 0; k < taken.count; ++k) {
      map.offsets[axis][static_cast<size_t>(k)] = (taken.first + k * taken.step) * strides[axis];
    }
  }
  return map;
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"},
                                                  {"starts", Role::kSetting},
                                                  {"ends", Role::kSetting},
                                                  {"axes", Role::kSetting},
                                                  {"steps", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("starts"), RequiredInts("ends"), Ints("axes"),
                                         Ints("steps")};

}  // namespace

const Operator kSlice = {.name = "Slice",
                         .id = Id::kSlice,
                         .opset = 10,
                         .inputs = DC_NOT_FOR_SIZE(kInputs),
                         .attributes = kAttributes,
                         .traits = kKeepsScale | kWhole,
                         .infer = Infer,
                         .map = Map};

}  // namespace dc::op
