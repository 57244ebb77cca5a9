// nnabla's binary weight layers: signs times the mean magnitude of each output's weights. Other
// than in bwn, weights are neither centered nor clipped, the gradient goes straight through without
// the scale, and no layer stays float.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanBinaryWeight(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 1, false));
  QuantizeWeights(*context, {"binary", 1, {{"scale", "channel"}}}, &plan);
  return plan;
}

}  // namespace

const Method* BinaryWeightMethod() {
  static const FunctionMethod method(
      {.name = "binary-weight",
       .paper = "nnabla: binary_weight_affine and _convolution",
       .summary = "binary weights with a scale per output, without clipping or float layers",
       .bits = "w=1",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {}},
      PlanBinaryWeight);
  return &method;
}

}  // namespace dc
