#include <algorithm>

#include "op/operator.h"

namespace dc::op {
namespace {

Status Refuse(const Shape& x, std::span<const int64_t> to) {
  constexpr const char* kAdvice =
      "reshape so that one dimension stays the batch, and to as many values";
  if (kBriefErrors) return Unsupported("this Reshape", "", kAdvice);
  std::string target;
  for (int64_t d : to) target += (target.empty() ? "" : "x") + std::to_string(d);
  return Unsupported("a Reshape of " + DescribeShape(x) + " to " + target, "", kAdvice);
}

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const auto to = context.attributes.Ints("shape");
  const std::optional<int64_t> elements = Product(x);
  if (!elements) return Refuse(x, to);
  Shape y(to.begin(), to.end());
  std::optional<size_t> open;
  for (size_t d = 0; d < y.size(); ++d) {
    if (y[d] == 0 && context.attributes.Int("allowzero") == 0 && d < x.size()) {
      y[d] = x[d];
    } else if (y[d] == -1 && !open) {
      open = d;
      y[d] = 1;
    } else if (y[d] < 1) {
      return Refuse(x, to);
    }
  }
  // A first dimension that is a number, as exporters write it that fix the batch. It is the batch
  // where the others hold one sample; where one of them is open, if it is the batch that the inputs
  // declare (1 where they declare none).
  if (*elements < 0 && !y.empty() && y[0] > 0 && open != size_t{0}) {
    const std::optional<int64_t> rest = Product(std::span(y).subspan(1));
    const bool declared = y[0] == std::max<int64_t>(context.declared_batch, 1);
    if (rest && (open ? declared && *elements % *rest == 0 : *rest == -*elements)) y[0] = kBatch;
  }
  const std::optional<int64_t> known = Product(y);
  if (!known) return Refuse(x, to);
  if (open) {
    if (*elements % *known != 0 || (*known < 0 && *elements > 0)) return Refuse(x, to);
    y[*open] = *elements / *known;
    if (y[*open] == 0) return Refuse(x, to);
  }
  if (Product(y) != elements || !KeepsBatch(x, y)) return Refuse(x, to);
  *outputs = {std::move(y)};
  return OkStatus();
}

constexpr InputSpec kInputs[] = {{"x"}, {"shape", Role::kSetting}};
constexpr AttributeSpec kAttributes[] = {RequiredInts("shape"), Int("allowzero", 0)};

}  // namespace

const Operator kReshape = {.name = "Reshape",
                           .id = Id::kReshape,
                           .opset = 5,
                           .inputs = kInputs,
                           .attributes = kAttributes,
                           .traits = kReshapes | kKeepsScale,
                           .infer = Infer};

}  // namespace dc::op
