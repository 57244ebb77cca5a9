// Operators that combine the values along one axis and leave the shape as it is.
#include "op/elementwise.h"

namespace dc::op {
namespace {

Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& x = context.Input(0);
  const std::optional<size_t> axis = Axis(context.attributes.Int("axis"), x.size());
  if (!axis) return BadAttribute("axis", "a dimension of ", x);
  if (x[*axis] < 0) return AcrossBatch("combines values");
  return SameShape(context, outputs);
}

Status InferLpNormalization(const InferContext& context, std::vector<Shape>* outputs) {
  const int64_t p = context.attributes.Int("p");
  if (p != 1 && p != 2) return BadAttribute("p", "1 or 2");
  return Infer(context, outputs);
}

[[maybe_unused]] constexpr InputSpec kInputs[] = {{"x"}};
// Before opset 13 the default was 1.
constexpr AttributeSpec kSoftmaxAttributes[] = {RequiredInt("axis", -1)};
constexpr AttributeSpec kLpAttributes[] = {Int("axis", -1), Int("p", 2)};
[[maybe_unused]] constexpr InputSpec kCumSumInputs[] = {{"x"}, {"axis", Role::kSetting}};
constexpr AttributeSpec kCumSumAttributes[] = {RequiredInt("axis", 0), Int("exclusive", 0),
                                               Int("reverse", 0)};

}  // namespace

const Operator kSoftmax = {.name = "Softmax",
                           .id = Id::kSoftmax,
                           .opset = 13,
                           .inputs = DC_NOT_FOR_SIZE(kInputs),
                           .attributes = kSoftmaxAttributes,
                           .traits = kNormalizes | kOnceOverMatrices,
                           .infer = Infer};

const Operator kLogSoftmax = {.name = "LogSoftmax",
                              .id = Id::kLogSoftmax,
                              .opset = 13,
                              .inputs = DC_NOT_FOR_SIZE(kInputs),
                              .attributes = kSoftmaxAttributes,
                              .traits = kNormalizes | kOnceOverMatrices,
                              .infer = Infer};

// 1 at the first of the largest values, 0 elsewhere.
const Operator kHardmax = {.name = "Hardmax",
                           .id = Id::kHardmax,
                           .opset = 13,
                           .inputs = DC_NOT_FOR_SIZE(kInputs),
                           .attributes = kSoftmaxAttributes,
                           .traits = kOnceOverMatrices,
                           .infer = Infer};

// x over the sum of |x| (p = 1) or the root of the sum of x * x (p = 2); 0 where that is 0.
const Operator kLpNormalization = {.name = "LpNormalization",
                                   .id = Id::kLpNormalization,
                                   .opset = 1,
                                   .inputs = DC_NOT_FOR_SIZE(kInputs),
                                   .attributes = kLpAttributes,
                                   .infer = InferLpNormalization};

const Operator kCumSum = {.name = "CumSum",
                          .id = Id::kCumSum,
                          .opset = 11,
                          .inputs = DC_NOT_FOR_SIZE(kCumSumInputs),
                          .attributes = kCumSumAttributes,
                          .traits = kWhole,
                          .infer = Infer};

}  // namespace dc::op
