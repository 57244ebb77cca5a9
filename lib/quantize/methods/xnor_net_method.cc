// XNOR-Net: weights as BWN, and the sign of every activation. Blocks are in the order batch
// normalization, sign, convolution, pool: a model with Relu after its batch normalization has the
// sign there. The map K of the paper, which the released model leaves out, is left out.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> Plan(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 1, false));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", context->bits.activations, 1, 1, true));
  QuantizeWeightsAsXnor(*context, &plan);
  if (context->bits.activations == 1) {
    QuantizeActivations(context, /*replaces=*/true,
                        [](const ActivationSite&) { return SignOfValue(); });
  }
  return plan;
}

}  // namespace

const Method* XnorNetMethod() {
  static const FunctionMethod method(
      {.name = "xnor-net",
       .paper = "Rastegari et al. 2016, arXiv 1603.05279",
       .summary = "binary weights with a scale per output, binary activations",
       .bits = "w=1,a=1",
       .skip = "first,last",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {}},
      Plan);
  return &method;
}

}  // namespace dc
