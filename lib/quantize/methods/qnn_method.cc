// Quantized neural networks: weights and activations on uniform grids in [-1, 1] (one bit: signs),
// or weights on powers of two; gradients of layers with power-of-two steps where bits are given.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanQnn(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.starts_uniform, StartsUniform(*context));
  DC_RETURN_IF_ERROR(CheckNormalized(*context, "qnn"));
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", context->bits.activations, 1, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("gradients", context->bits.gradients, 2, 16, true));
  const std::string& kind = context->settings.at("weights");
  const int w = context->bits.weights, a = context->bits.activations;
  if (kind == "log" && w != kFloatBits) {
    DC_RETURN_IF_ERROR(CheckMethodBits("logarithmic weights", w, 2, 7, false));
    QuantizeWeights(*context, {"power", w, {{"top", "unit"}}}, &plan);
  } else if (kind != "linear") {
    return UsageError("weights cannot be '" + kind + "'", "", "use linear or log");
  } else if (w == 1) {
    QuantizeWeights(*context, {"binary", 1, {{"clip", "yes"}}}, &plan);
  } else if (w != kFloatBits) {
    QuantizeWeights(*context,
                    {"uniform", w, {{"range", "unit"}, {"narrow", "yes"}, {"clip", "yes"}}}, &plan);
  }
  if (a != kFloatBits) {
    QuantizeActivations(context, /*replaces=*/true,
                        [&](const ActivationSite&) { return SymmetricInterval(a); });
  }
  if (context->bits.gradients != kFloatBits) {
    QuantizeGradients(context, {{"rule", std::string("power")},
                                {"bits", int64_t{context->bits.gradients}},
                                {"stochastic", int64_t{1}}});
  }
  QuantizeInput(context);
  return plan;
}

}  // namespace

const Method* QnnMethod() {
  static const FunctionMethod method(
      {.name = "qnn",
       .paper = "Hubara et al. 2018, arXiv 1609.07061",
       .summary = "weights, activations and gradients, linear or logarithmic weights",
       .bits = "w=1,a=1",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001 loss: \"squared-hinge\"",
       .options = {kStartOption, {"weights", "linear", "linear or log"}}},
      PlanQnn);
  return &method;
}

}  // namespace dc
