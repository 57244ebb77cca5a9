// nnabla's fixed-point connect: weights are signed whole numbers with a power-of-two step. With
// bits of activations, those have one of their own after their functions.
#include <algorithm>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanFixedPoint(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(const std::string rule, RangeRule(*context));
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  DC_ASSIGN_OR_RETURN(const QuantizerSpec spec, FixedPointWeights(*context));
  QuantizeWeights(*context, spec, &plan);
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "fixed-point-connect"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    const ObservedValue& value = observed.at(site.value);
    const float reach =
        RangeOf(value, rule == "own" ? "max" : rule, WholeNumbers(a, site.rectified).high);
    return PowerOfTwoGrid(reach, a, site.rectified, /*saves_a_bit=*/false);
  });
  return plan;
}

}  // namespace

const Method* FixedPointMethod() {
  static const FunctionMethod method(
      {.name = "fixed-point-connect",
       .paper = "nnabla: fixed_point_quantized_affine and _convolution",
       .summary = "weights (and activations) of signed whole numbers with a power-of-two step",
       .bits = "w=8",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {kFractionOption, kRangeOption}},
      PlanFixedPoint);
  return &method;
}

}  // namespace dc
