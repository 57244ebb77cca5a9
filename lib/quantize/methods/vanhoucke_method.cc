// Eight bits on a CPU: weights of each layer signed, by their largest magnitude, activations
// unsigned where they are never negative, by the largest that was seen; inputs and biases stay
// float.
#include <algorithm>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanVanhoucke(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.corrects_biases, YesOrNo(*context, "bias_correction"));
  DC_ASSIGN_OR_RETURN(const std::string rule, RangeRule(*context));
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 8, true));
  if (w != kFloatBits) QuantizeWeights(*context, {"uniform", w, {{"range", "max"}}}, &plan);
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "vanhoucke"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    const ObservedValue& value = observed.at(site.value);
    ValueQuantizer quantizer = WholeNumbers(a, site.rectified);
    if (!site.rectified) quantizer.low = -quantizer.high;
    const float reach =
        std::max(rule == "own" ? value.magnitude() : RangeOf(value, rule, quantizer.high), 1e-30f);
    quantizer.scale = reach / static_cast<float>(quantizer.high);
    return quantizer;
  });
  return plan;
}

}  // namespace

const Method* VanhouckeMethod() {
  static const FunctionMethod method(
      {.name = "vanhoucke",
       .paper = "Vanhoucke, Senior and Mao 2011, Improving the speed of neural networks on CPUs",
       .summary = "8-bit weights per layer and activations, without training",
       .bits = "w=8,a=8",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.0001",
       .options = {kRangeOption, kBiasCorrectionOption}},
      PlanVanhoucke);
  return &method;
}

}  // namespace dc
