// Resiliency of networks under quantization: an odd number of uniform levels whose step has the
// least squared error; without epochs direct, with epochs retrained under straight-through
// gradients.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanSung(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 2, 8, false));
  QuantizeWeights(*context,
                  {"uniform", context->bits.weights, {{"range", "l2"}, {"gradient", "straight"}}},
                  &plan);
  return plan;
}

}  // namespace

const Method* SungMethod() {
  static const FunctionMethod method(
      {.name = "sung",
       .paper = "Sung, Shin and Hwang 2015, arXiv 1511.06488",
       .summary = "weights with the L2-optimal step, from ternary up",
       .bits = "w=2",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001",
       .options = {}},
      PlanSung);
  return &method;
}

}  // namespace dc
