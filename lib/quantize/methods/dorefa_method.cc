// DoReFa-Net: weights by tanh (one bit: signs times the mean magnitude of the layer), activations
// in [0, 1] in place of their functions, gradients by sample. First and last layer stay float; what
// the last one reads is clipped to [0, 1] only.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanDorefa(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations, g = context->bits.gradients;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 1, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 1, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("gradients", g, 1, 16, true));
  if (w == 1) {
    QuantizeWeights(*context, {"binary", 1, {{"scale", "tensor"}}}, &plan);
  } else if (w != kFloatBits) {
    QuantizeWeights(*context, {"dorefa", w, {}}, &plan);
  }
  if (a != kFloatBits) {
    // Before quantizers stand in the way: what feeds float layers alone.
    std::vector<ActivationSite> clipped;
    for (const ActivationSite& site : FindActivationSites(*context->graph)) {
      bool quantized = false;
      for (const std::string& name : site.weights) quantized |= !context->float_weights.count(name);
      if (!quantized && !site.is_input) clipped.push_back(site);
    }
    QuantizeActivations(context, /*replaces=*/true,
                        [&](const ActivationSite&) { return UnitInterval(a); });
    for (const ActivationSite& site : clipped) PlaceClip(site, 0.0f, 1.0f, context->graph);
  }
  if (g != kFloatBits) {
    QuantizeGradients(context, {{"rule", std::string("sample")}, {"bits", int64_t{g}}});
  }
  return plan;
}

}  // namespace

const Method* DorefaMethod() {
  static const FunctionMethod method(
      {.name = "dorefa",
       .paper = "Zhou et al. 2016, arXiv 1606.06160",
       .summary = "weights, activations and gradients of any widths",
       .bits = "w=1,a=2",
       .skip = "first,last",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {}},
      PlanDorefa);
  return &method;
}

}  // namespace dc
