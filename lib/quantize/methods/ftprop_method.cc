// Feasible target propagation: networks of hard-threshold units. Every layer has a loss of its own,
// the soft hinge between what goes into its units and the signs that the layers after it want. One
// bit is a sign, more bits a staircase from 0 to 1. Weights are float, or signs as in bnn.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanFtprop(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 1, 1, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 1, 8, false));
  const std::string& weights = context->settings.at("loss-weights");
  if (weights != "gradient" && weights != "equal") {
    return UsageError("losses of units cannot be weighted by '" + weights + "'", "loss-weights",
                      "use gradient or equal");
  }
  if (w == 1) {
    DC_RETURN_IF_ERROR(CheckNormalized(*context, "ftprop"));
    QuantizeWeights(*context, {"binary", 1, {{"clip", "yes"}}}, &plan);
  }
  QuantizeActivations(context, /*replaces=*/true, [&](const ActivationSite&) {
    ValueQuantizer quantizer = a == 1 ? SignOfValue() : UnitInterval(a);
    quantizer.training.loss =
        weights == "gradient" ? LayerLoss::kSoftHinge : LayerLoss::kEqualSoftHinge;
    return quantizer;
  });
  return plan;
}

}  // namespace

const Method* FtpropMethod() {
  static const FunctionMethod method(
      {.name = "ftprop",
       .paper = "Friesen and Domingos 2018, arXiv 1710.11573",
       .summary = "hard-threshold activations by target propagation, a soft hinge loss per layer",
       .bits = "a=1",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {{"loss-weights", "gradient",
                    "of the units of a layer: gradient (of the layers after it) or equal"}}},
      PlanFtprop);
  return &method;
}

}  // namespace dc
