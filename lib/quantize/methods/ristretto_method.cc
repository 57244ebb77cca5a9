// Ristretto: dynamic fixed point. Every layer's weights and every activation have a power-of-two
// step of their own, from their largest magnitudes (activations save a bit, as the authors do);
// latent weights in fine-tuning.
#include <algorithm>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> Plan(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  if (w != kFloatBits) {
    QuantizeWeights(*context, {"uniform", w, {{"range", "power"}}}, &plan);
  }
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "ristretto"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    const ObservedValue& value = observed.at(site.value);
    return PowerOfTwoGrid(value.magnitude(), a, /*rectified=*/false,
                          /*saves_a_bit=*/true);
  });
  return plan;
}

}  // namespace

const Method* RistrettoMethod() {
  static const FunctionMethod method(
      {.name = "ristretto",
       .paper = "Gysel, Motamedi and Ghiasi 2016, arXiv 1604.03168",
       .summary = "weights and activations with power-of-two steps per layer",
       .bits = "w=8,a=8",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001",
       .options = {}},
      Plan);
  return &method;
}

}  // namespace dc
