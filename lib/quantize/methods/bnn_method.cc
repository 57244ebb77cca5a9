// Binarized neural networks: weights and activations are +1 or -1. Latent weights are clipped to
// [-1, 1]; the gradient of the sign passes where |x| < 1. Batch normalization stands before the
// activation functions that become signs (Tanh, Clip or Relu in the model).
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanBnn(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.starts_uniform, StartsUniform(*context));
  DC_RETURN_IF_ERROR(CheckNormalized(*context, "bnn"));
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 2, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", context->bits.activations, 1, 8, true));
  DC_ASSIGN_OR_RETURN(const bool scale_steps, YesOrNo(*context, "scale-steps"));
  DC_ASSIGN_OR_RETURN(const bool clips, YesOrNo(*context, "clip"));
  const std::string clip = clips ? "yes" : "no";
  // Two bits: -1, 0 and 1 (Brevitas' TFC_2W2A).
  const QuantizerSpec weights =
      context->bits.weights == 1
          ? QuantizerSpec{"binary", 1, {{"clip", clip}}}
          : QuantizerSpec{
                "uniform",
                2,
                {{"range", "unit"}, {"narrow", "yes"}, {"clip", clip}, {"gradient", "straight"}}};
  QuantizeWeights(*context, weights, &plan);
  if (scale_steps) ScaleStepsByFans(*context, &plan);
  const int bits = context->bits.activations;
  if (bits != kFloatBits) {
    QuantizeActivations(context, /*replaces=*/true,
                        [&](const ActivationSite&) { return SymmetricInterval(bits); });
  }
  QuantizeInput(context);
  DC_ASSIGN_OR_RETURN(const bool shifts, YesOrNo(*context, "shift-norm"));
  if (shifts) PlaceShiftNormalizations(context->graph);
  return plan;
}

}  // namespace

const Method* BnnMethod() {
  static const FunctionMethod method(
      {.name = "bnn",
       .paper = "Hubara et al. 2016, arXiv 1602.02830",
       .summary = "binary weights and activations",
       .bits = "w=1,a=1",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001 loss: \"squared-hinge\"",
       .options = {kStartOption,
                   kClipOption,
                   {"scale-steps", "yes", "scale steps by the layers' fans"},
                   {"shift-norm", "no", "batch normalization by shifts"}}},
      PlanBnn);
  return &method;
}

}  // namespace dc
