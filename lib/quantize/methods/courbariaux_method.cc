// Low-precision multiplications with dynamic fixed point: weights are stored with more bits than
// they are multiplied with, and the ranges of weights, activations and gradients follow overflows.
#include <algorithm>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> Plan(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations, g = context->bits.gradients;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("gradients", g, 2, 16, true));
  const QuantizerSpec spec{"dynamic", w, {{"stored", context->settings.at("stored-bits")}}};
  DC_RETURN_IF_ERROR(CheckQuantizer(spec));
  QuantizeWeights(*context, spec, &plan);
  if (a != kFloatBits) {
    DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "courbariaux"));
    QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
      const ObservedValue& value = observed.at(site.value);
      ValueQuantizer quantizer = PowerOfTwoGrid(value.magnitude(), a,
                                                /*rectified=*/false, /*saves_a_bit=*/false);
      quantizer.training.rule = ScaleRule::kRunningPower;
      return quantizer;
    });
  }
  if (g != kFloatBits) {
    QuantizeGradients(context, {{"rule", std::string("power")}, {"bits", int64_t{g}}});
  }
  return plan;
}

}  // namespace

const Method* CourbariauxMethod() {
  static const FunctionMethod method(
      {.name = "courbariaux",
       .paper = "Courbariaux, Bengio and David 2014, arXiv 1412.7024",
       .summary = "weights, activations and gradients in dynamic fixed point",
       .bits = "w=10,a=10,g=10",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.01",
       .options = {{"stored-bits", "12", "of the latent weights, updates included"}}},
      Plan);
  return &method;
}

}  // namespace dc
