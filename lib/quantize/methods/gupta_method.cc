// Limited numerical precision: weights, activations, gradients and updates are numbers of one
// format, IL bits before and FL after the binary point, rounded at random in training.
#include <cmath>
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanGupta(MethodContext* context) {
  MethodPlan plan;
  const int bits = context->bits.weights;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", bits, 2, 16, false));
  const int fraction = std::atoi(context->settings.at("fraction-bits").c_str());
  const std::string& rounding = context->settings.at("rounding");
  if (fraction < 0 || fraction > 22) {
    return UsageError(
        "a format cannot have " + context->settings.at("fraction-bits") + " bits after the point",
        "fraction-bits", "use 0 to 22");
  }
  if (rounding != "stochastic" && rounding != "nearest") {
    return UsageError("numbers cannot be rounded by '" + rounding + "'", "rounding",
                      "use stochastic or nearest");
  }
  // Latent weights are the stored ones: they are on the grid, too.
  const QuantizerSpec spec{
      "stored", bits, {{"fraction", std::to_string(fraction)}, {"rounding", rounding}}};
  QuantizeWeights(*context, spec, &plan);
  for (const WeightRef& ref : QuantizedLayers(*context)) {
    if (!ref.bias.empty()) plan.weights[ref.bias] = spec;
  }
  const float step = std::ldexp(1.0f, -fraction);
  const int64_t high = (int64_t{1} << (bits - 1)) - 1;
  if (context->bits.activations != kFloatBits) {
    QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite&) {
      ValueQuantizer quantizer;
      quantizer.low = -high - 1;
      quantizer.high = high;
      quantizer.scale = step;
      quantizer.training.stochastic = rounding == "stochastic";
      return quantizer;
    });
  }
  if (context->bits.gradients != kFloatBits) {
    QuantizeGradients(context, {{"rule", std::string("fixed")},
                                {"bits", int64_t{bits}},
                                {"scale", step},
                                {"stochastic", int64_t{rounding == "stochastic"}}});
  }
  return plan;
}

}  // namespace

const Method* GuptaMethod() {
  static const FunctionMethod method(
      {.name = "gupta",
       .paper = "Gupta et al. 2015, arXiv 1502.02551",
       .summary =
           "weights, activations and gradients in one fixed-point format, stochastic rounding",
       .bits = "w=16,a=16,g=16",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.1 momentum: 0",
       .options = {{"fraction-bits", "14", "FL: bits after the binary point"},
                   {"rounding", "stochastic", "stochastic or nearest"}}},
      PlanGupta);
  return &method;
}

}  // namespace dc
