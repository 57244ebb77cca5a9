// nnabla's fixed-point net: weights and activations are signed whole numbers with a power-of-two
// step; activations are rounded before their functions, after batch normalization.
#include <cmath>
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanFixedPointNet(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  DC_ASSIGN_OR_RETURN(const QuantizerSpec spec, FixedPointWeights(*context));
  if (w != kFloatBits) QuantizeWeights(*context, spec, &plan);
  if (a == kFloatBits) return plan;
  const std::vector<ActivationSite> sites = SitesBeforeFunctions(*context);
  std::vector<std::string> names;
  for (const ActivationSite& site : sites) names.push_back(site.value);
  const std::string& fraction = context->settings.at("fraction-bits");
  std::map<std::string, ObservedValue> observed;
  if (fraction == "auto") {
    DC_ASSIGN_OR_RETURN(observed, ObserveValues(*context, names, "fixed-point-net"));
  }
  for (const ActivationSite& site : sites) {
    ValueQuantizer quantizer;
    if (fraction == "auto") {
      quantizer = PowerOfTwoGrid(observed.at(site.value).magnitude(), a, /*rectified=*/false,
                                 /*saves_a_bit=*/false);
    } else {
      quantizer = WholeNumbers(a, /*rectified=*/false);
      quantizer.scale = std::ldexp(1.0f, -std::atoi(fraction.c_str()));
    }
    quantizer.low = -quantizer.high;
    PlaceQuantizer(site, quantizer, /*replaces=*/false, context->graph);
  }
  return plan;
}

}  // namespace

const Method* FixedPointNetMethod() {
  static const FunctionMethod method(
      {.name = "fixed-point-net",
       .paper = "nnabla: fixed_point_quantized_affine, _convolution and fixed_point_quantize",
       .summary = "weights, and activations before their functions, with a power-of-two step",
       .bits = "w=8,a=8",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {kFractionOption}},
      PlanFixedPointNet);
  return &method;
}

}  // namespace dc
