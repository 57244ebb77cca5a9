// Minimum-energy quantized networks: weights are k-bit numbers of [-1, 1), activations of [0, 1);
// one bit is a sign each (the authors' full-bnn). activations=float is their qnn and bnn. The last
// layer stays float. weights=power scales each weight's range by a power of two, as the authors'
// second code has it.
#include <cmath>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanMoons(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.starts_uniform, StartsUniform(*context));
  DC_RETURN_IF_ERROR(CheckNormalized(*context, "moons"));
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 1, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 1, 16, true));
  DC_ASSIGN_OR_RETURN(const bool scale_steps, YesOrNo(*context, "scale-steps"));
  const std::string& range = context->settings.at("weights");
  if (range != "unit" && range != "power") {
    return UsageError("weights cannot have the range '" + range + "'", "weights",
                      "use unit or power");
  }
  const std::string& rounding = context->settings.at("rounding");
  if (w == 1) {
    QuantizeWeights(*context, {"binary", 1, {{"clip", "yes"}, {"rounding", rounding}}}, &plan);
  } else if (w != kFloatBits) {
    QuantizerSpec spec{"uniform", w, {{"range", range}, {"rounding", rounding}}};
    if (range == "unit") spec.settings["clip"] = "yes";
    QuantizeWeights(*context, spec, &plan);
  }
  if (scale_steps) ScaleStepsByFans(*context, &plan);
  if (a != kFloatBits) {
    QuantizeActivations(context, /*replaces=*/true, [&](const ActivationSite&) {
      if (a == 1) return SignOfValue();
      ValueQuantizer quantizer;
      quantizer.high = (int64_t{1} << (a - 1)) - 1;
      quantizer.scale = std::ldexp(1.0f, 1 - a);
      quantizer.training.pass_low = 0;
      quantizer.training.pass_high = 1;
      return quantizer;
    });
  }
  QuantizeInput(context);
  return plan;
}

}  // namespace

const Method* MoonsMethod() {
  static const FunctionMethod method(
      {.name = "moons",
       .paper = "Moons et al. 2017, arXiv 1711.00215",
       .summary = "fixed-point weights and activations without scales",
       .bits = "w=4,a=4",
       .skip = "last",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001 loss: \"squared-hinge\"",
       .options = {kStartOption,
                   {"weights", "unit",
                    "unit: values in [-1, 1); power: a power-of-two range for each layer"},
                   {"rounding", "nearest", "of weights in training: nearest or stochastic"},
                   {"scale-steps", "no", "scale steps by the layers' fans"}}},
      PlanMoons);
  return &method;
}

}  // namespace dc
