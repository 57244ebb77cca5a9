// nnabla's pow2 connect: weights are 0 and powers of two, by the nearest logarithm. No clipping of
// latent weights; none of them has a gradient above the largest power.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanPow2(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 2, 7, false));
  const QuantizerSpec spec{"power", context->bits.weights, {{"top", context->settings.at("top")}}};
  DC_RETURN_IF_ERROR(CheckQuantizer(spec));
  QuantizeWeights(*context, spec, &plan);
  return plan;
}

}  // namespace

const Method* Pow2Method() {
  static const FunctionMethod method(
      {.name = "pow2-connect",
       .paper = "nnabla: pow2_quantized_affine and _convolution",
       .summary = "weights of powers of two",
       .bits = "w=5",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {kTopOfPowersOption}},
      PlanPow2);
  return &method;
}

}  // namespace dc
