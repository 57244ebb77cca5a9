// Integer-arithmetic-only inference (Jacob et al.): weights and activations on affine or symmetric
// 8-bit grids that hold 0; ranges of activations follow the batches in training. Without epochs it
// is post-training quantization, with ranges from calibration data.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> Plan(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 8, true));
  const std::string& of = context->settings.at("of");
  if (of != "channel" && of != "tensor") {
    return UsageError("ranges cannot be those of a '" + of + "'", "of", "use channel or tensor");
  }
  if (w != kFloatBits) {
    QuantizeWeights(*context,
                    {"uniform", w, {{"range", of == "channel" ? "max" : "minmax"}, {"of", of}}},
                    &plan);
  }
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "min-max"));
  Status status;
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    ValueQuantizer quantizer = WholeNumbers(a, site.rectified);
    const auto reach =
        RangeOf(observed.at(site.value), context->settings.at("range"), quantizer.high);
    if (!reach.ok()) status = reach.status();
    if (reach.ok()) quantizer.scale = *reach / static_cast<float>(quantizer.high);
    quantizer.training.rule = ScaleRule::kRunningMaximum;
    return quantizer;
  });
  DC_RETURN_IF_ERROR(status);
  return plan;
}

}  // namespace

const Method* MinMaxMethod() {
  static const FunctionMethod method(
      {.name = "min-max",
       .paper = "Jacob et al. 2018, arXiv 1712.05877",
       .summary = "weights (per tensor or channel) and activations by their ranges",
       .bits = "w=8,a=8",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.0001",
       .options = {{"of", "channel", "ranges of weights: channel (symmetric) or tensor (affine)"},
                   {"range", "percentile",
                    "of activations at first: max, percentile (99.99) or mse"}}},
      Plan);
  return &method;
}

}  // namespace dc
