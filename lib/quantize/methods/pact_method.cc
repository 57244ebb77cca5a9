// PACT: activations are clipped at a trained value, in place of Relu, and rounded to 2^k levels
// from 0 to it; weights as DoReFa. First and last layer stay float.
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanPact(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 1, 8, false));
  const float clip = std::strtof(context->settings.at("clip").c_str(), nullptr);
  if (!(clip > 0 && clip < 1e6f)) {
    return UsageError("clipping cannot begin at " + context->settings.at("clip"), "clip",
                      "give a number above 0");
  }
  if (w != kFloatBits) QuantizeWeights(*context, {"dorefa", w, {}}, &plan);
  QuantizeActivations(context, /*replaces=*/true, [&](const ActivationSite&) {
    ValueQuantizer quantizer = UnitInterval(a);
    quantizer.scale *= clip;
    quantizer.training.rule = ScaleRule::kClip;
    return quantizer;
  });
  return plan;
}

}  // namespace

const Method* PactMethod() {
  static const FunctionMethod method(
      {.name = "pact",
       .paper = "Choi et al. 2018, arXiv 1805.06085",
       .summary = "weights as dorefa, activations with a trained clip",
       .bits = "w=4,a=4",
       .skip = "first,last",
       .training = "epochs: 0 learning_rate: 0.01 l2: 0.0001",
       .options = {{"clip", "10", "where clipping begins"}}},
      PlanPact);
  return &method;
}

}  // namespace dc
