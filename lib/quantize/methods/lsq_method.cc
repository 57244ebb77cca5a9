// Learned step size quantization: the steps of weights and activations are trained. Activations
// keep their functions; their first steps come from what the values are like. First and last layer
// have 8 bits unless other bits are asked of them by --skip.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> Plan(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits(*context, "weights", w, 2, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits(*context, "activations", a, 1, 8, true));
  if (w != kFloatBits) QuantizeWeights(*context, {"uniform", w, {{"range", "learned"}}}, &plan);
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "lsq"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    ValueQuantizer quantizer;
    const int steps = site.rectified ? a : a - 1;
    quantizer.high = (int64_t{1} << steps) - 1;
    quantizer.low = site.rectified ? 0 : -quantizer.high - 1;
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
       .options = {}},
      Plan);
  return &method;
}

}  // namespace dc
