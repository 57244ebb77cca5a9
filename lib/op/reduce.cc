// Reductions: one value for all along some axes.
#include "op/reduce.h"

namespace dc::op {

std::vector<bool> ReducedAxes(const Attributes& attributes, size_t rank) {
  const auto axes = attributes.Ints("axes");
  std::vector<bool> reduced(rank, axes.empty() && attributes.Int("noop_with_empty_axes") == 0);
  for (const int64_t each : axes) {
    const std::optional<size_t> axis = Axis(each, rank);
    if (!axis || reduced[*axis]) return {};
    reduced[*axis] = true;
  }
  return reduced;
}

namespace {

// The shape without the dimensions that are reduced, or with 1 in their place.
Status Reduce(const Shape& x, const std::vector<bool>& reduced, bool keep,
              std::vector<Shape>* outputs) {
  Shape y;
  for (size_t d = 0; d < x.size(); ++d) {
    if (reduced[d] && x[d] < 0) return AcrossBatch("reduces");
    if (!reduced[d] || keep) y.push_back(reduced[d] ? 1 : x[d]);
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

Status InferReduction(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const std::vector<bool> reduced = ReducedAxes(context.attributes, x.size());
  if (reduced.size() != x.size()) {
    return BadAttribute("axes", "a list of different dimensions of ", x);
  }
  return Reduce(x, reduced, context.attributes.Int("keepdims") != 0, outputs);
}

Status InferArgMax(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), x.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", x);
  std::vector<bool> reduced(x.size(), false);
  reduced[*axis] = true;
  return Reduce(x, reduced, context.attributes.Int("keepdims") != 0, outputs);
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}, {"axes", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {Ints("axes"), Int("keepdims", 1),
                                         Int("noop_with_empty_axes", 0)};
[[maybe_unused]] constexpr InputSpec kArgMaxInputs[] = {{"x"}};
constexpr AttributeSpec kArgMaxAttributes[] = {Int("axis", 0), Int("keepdims", 1),
                                               Int("select_last_index", 0)};

constexpr Operator Reduction(std::string_view name, Id id, int opset, uint32_t traits = 0) {
  return {.name = name,
          .id = id,
          .opset = opset,
          .inputs = DC_NOT_FOR_SIZE(kInputs),
          .attributes = kAttributes,
          .traits = traits,
          .infer = InferReduction};
}

}  // namespace

const Operator kReduceSum = Reduction("ReduceSum", Id::kReduceSum, 13, kWhole);
const Operator kReduceMean = Reduction("ReduceMean", Id::kReduceMean, 18);
const Operator kReduceMax = Reduction("ReduceMax", Id::kReduceMax, 18, kWhole);
const Operator kReduceMin = Reduction("ReduceMin", Id::kReduceMin, 18, kWhole);
const Operator kReduceProd = Reduction("ReduceProd", Id::kReduceProd, 18, kWhole);
const Operator kReduceLogSumExp = Reduction("ReduceLogSumExp", Id::kReduceLogSumExp, 18);

const Operator kArgMax = {.name = "ArgMax",
                          .id = Id::kArgMax,
                          .opset = 12,
                          .inputs = DC_NOT_FOR_SIZE(kArgMaxInputs),
                          .attributes = kArgMaxAttributes,
                          .traits = kWhole,
                          .infer = InferArgMax,
                          .result = DC_NOT_FOR_SIZE(Element::kInteger)};

}  // namespace dc::op
