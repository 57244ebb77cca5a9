// Ternary weight networks: 0 and plus or minus one scale per layer, found anew at every step.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanTwn(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 2, 2, false));
  QuantizeWeights(*context, {"ternary", 2, {{"rule", "mean"}}}, &plan);
  return plan;
}

}  // namespace

const Method* TwnMethod() {
  static const FunctionMethod method({.name = "twn",
                                      .paper = "Li, Zhang and Liu 2016, arXiv 1605.04711",
                                      .summary = "ternary weights with one scale per layer",
                                      .bits = "w=2",
                                      .skip = "none",
                                      .training = "epochs: 0 learning_rate: 0.01 l2: 0.0001",
                                      .options = {}},
                                     PlanTwn);
  return &method;
}

}  // namespace dc
