// Learned step size quantization: the steps of weights and activations are trained. Activations
// keep their functions; their first steps come from what the values are like. First and last layer
// stay float, where the authors give them 8 bits.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanLsq(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 1, 8, true));
  QuantizerSpec spec{"uniform", w, {{"range", "learned"}}};
  const std::string& of = context->settings.at("of");
  if (of != "tensor") spec.settings["of"] = of;
  DC_RETURN_IF_ERROR(CheckQuantizer({spec.name, 0, spec.settings}));
  if (w != kFloatBits) QuantizeWeights(*context, spec, &plan);
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "lsq"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    ValueQuantizer quantizer = WholeNumbers(a, site.rectified);
    quantizer.scale =
        FirstLearnedStep(observed.at(site.value), static_cast<double>(quantizer.high));
    quantizer.training.rule = ScaleRule::kLearned;
    return quantizer;
  });
  return plan;
}

}  // namespace

const Method* LsqMethod() {
  static const FunctionMethod method(
      {.name = "lsq",
       .paper = "Esser et al. 2020, arXiv 1902.08153",
       .summary = "weights and activations with trained steps",
       .bits = "w=4,a=4",
       .skip = "first,last",
       .training = "epochs: 0 learning_rate: 0.01 l2: 0.0001 schedule: \"cosine\"",
       .options = {{"of", "tensor", "steps of weights: one for a tensor, or for each channel"}}},
      PlanLsq);
  return &method;
}

}  // namespace dc
