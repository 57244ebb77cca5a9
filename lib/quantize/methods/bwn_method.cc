// Binary-weight networks: the sign of each weight, centered over its output's inputs, times the
// mean magnitude of that output's weights. First and last layer stay float, activations too.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanBwn(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 1, false));
  QuantizeWeightsAsXnor(*context, &plan);
  return plan;
}

}  // namespace

const Method* BwnMethod() {
  static const FunctionMethod method(
      {.name = "bwn",
       .paper = "Rastegari et al. 2016, arXiv 1603.05279",
       .summary = "binary weights with a scale per output",
       .bits = "w=1",
       .skip = "first,last",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {}},
      PlanBwn);
  return &method;
}

}  // namespace dc
