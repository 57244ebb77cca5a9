// Low-precision multiplications with dynamic fixed point: weights are stored with more bits than
// they are multiplied with, and the ranges of weights, activations and gradients follow overflows.
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanCourbariaux(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations, g = context->bits.gradients;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("gradients", g, 2, 16, true));
  const std::string& stored = context->settings.at("stored-bits");
  const int every = std::atoi(context->settings.at("every").c_str());
  if (every < 1) {
    return UsageError("ranges cannot follow every " + context->settings.at("every") + " batches",
                      "every", "give 1 or more");
  }
  const QuantizerSpec spec{"dynamic", w, {{"stored", stored}, {"followed", "yes"}}};
  DC_RETURN_IF_ERROR(CheckQuantizer(spec));
  QuantizeWeights(*context, spec, &plan);
  std::vector<std::string> names;
  for (const WeightRef& ref : QuantizedLayers(*context)) names.push_back(ref.name);
  plan.before_step = [names, every, bits = std::atoi(stored.c_str())](int64_t step, int64_t,
                                                                      const LatentAccess& access) {
    if (step == 0 || step % every != 0) return OkStatus();
    for (const std::string& name : names) {
      FollowOverflows(bits, access.latent(name));
      access.changed(name);
    }
    return OkStatus();
  };
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
       .options = {{"stored-bits", "12", "of the latent weights, updates included"},
                   {"every", "100", "batches until ranges of weights follow overflows"}}},
      PlanCourbariaux);
  return &method;
}

}  // namespace dc
