// Dynamic precision, found on data without training: each layer's weights and each activation get
// the power-of-two step of the least error, from the grid that holds everything to those that clip.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanQiu(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.corrects_biases, YesOrNo(*context, "bias_correction"));
  DC_ASSIGN_OR_RETURN(const std::string rule, RangeRule(*context));
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  if (w != kFloatBits) QuantizeWeights(*context, {"uniform", w, {{"range", "power-l2"}}}, &plan);
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "qiu"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    const ObservedValue& value = observed.at(site.value);
    if (rule == "own") return LeastErrorPower(value, a, site.rectified);
    const float reach = RangeOf(value, rule, WholeNumbers(a, site.rectified).high);
    return PowerOfTwoGrid(reach, a, site.rectified, /*saves_a_bit=*/false);
  });
  return plan;
}

}  // namespace

const Method* QiuMethod() {
  static const FunctionMethod method(
      {.name = "qiu",
       .paper = "Qiu et al. 2016, Going Deeper with Embedded FPGA Platform",
       .summary = "weights and activations with power-of-two steps of least error",
       .bits = "w=8,a=8",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001",
       .options = {kRangeOption, kBiasCorrectionOption}},
      PlanQiu);
  return &method;
}

}  // namespace dc
