#include "op/elementwise.h"
#include "op/operator.h"

namespace dc::op {
namespace {

// alpha * a * b + beta * bias, where transA and transB turn a and b first.
Status Infer(const InferContext& context, std::vector<Shape>* outputs) {
  const Shape& a = context.Input(0);
  const Shape& b = context.Input(1);
  if (a.size() != 2) return BadShape(0, a, "a matrix");
  if (b.size() != 2) return BadShape(1, b, "a matrix");
  const size_t turn_a = context.attributes.Int("transA") != 0,
               turn_b = context.attributes.Int("transB") != 0;
  if (a[1 - turn_a] < 0 || b[turn_b] < 0) return AcrossBatch("sums products");
  if (a[1 - turn_a] != b[turn_b]) {
    return BadShape(1, b, "a matrix that ", a, " can be multiplied with");
  }
  Shape y = {a[turn_a], b[1 - turn_b]};
  if (y[0] < 0 && y[1] < 0) return AcrossBatch("multiplies");
  if (context.Has(2)) {
    Shape sum;
    if (!Broadcast(y, context.Input(2), &sum) || sum != y) {
      return BadShape(2, context.Input(2), "one that broadcasts to ", y);
    }
  }
  *outputs = {std::move(y)};
  return OkStatus();
}

// A constant is a weight on either side.
[[maybe_unused]] constexpr InputSpec kInputs[] = {
    {"a", Role::kWeight}, {"weight", Role::kWeight}, {"bias", Role::kBias}};
constexpr AttributeSpec kAttributes[] = {Int("transB", 0), Int("transA", 0), Float("alpha", 1.0f),
                                         Float("beta", 1.0f)};

}  // namespace

const Operator kGemm = {
    .name = "Gemm",
    .id = Id::kGemm,
    .opset = 11,
    .inputs = DC_NOT_FOR_SIZE(kInputs),
    .min_inputs = 2,
    .max_inputs = 3,
    .attributes = kAttributes,
    .traits = kProduct,
    .infer = Infer,
    .output_axis = [](const Attributes& attributes, size_t input, size_t) -> size_t {
      if (input == 0) return attributes.Int("transA") != 0 ? 1 : 0;
      return attributes.Int("transB") != 0 ? 0 : 1;
    }};

}  // namespace dc::op
