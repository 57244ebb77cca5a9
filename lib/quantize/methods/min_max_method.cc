// Integer-arithmetic-only inference (Jacob et al.): weights and activations on affine or symmetric
// 8-bit grids that hold 0; ranges of activations follow the batches in training. Without epochs it
// is post-training quantization, with ranges from calibration data. With fold=yes the weights that
// are quantized (and trained) have the normalization after their layer in them, gamma w /
// sqrt(variance + epsilon), with the statistics as they are.
#include "quantize/fold_batch_norms.h"
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanMinMax(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.corrects_biases, YesOrNo(*context, "bias_correction"));
  DC_ASSIGN_OR_RETURN(std::string rule, RangeRule(*context));
  // Training follows the largest; until then a few outliers should not decide.
  if (rule == "own") rule = "percentile";
  DC_ASSIGN_OR_RETURN(const bool fold, YesOrNo(*context, "fold"));
  if (fold) FoldBatchNorms(context->graph);
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
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    ValueQuantizer quantizer = WholeNumbers(a, site.rectified);
    quantizer.scale =
        RangeOf(observed.at(site.value), rule, quantizer.high) / static_cast<float>(quantizer.high);
    quantizer.training.rule = ScaleRule::kRunningMaximum;
    return quantizer;
  });
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
                    "of activations at first: max, moving-average, percentile (99.99) or mse"},
                   {"fold", "no",
                    "yes: batch normalization after layers goes into their weights first"},
                   kBiasCorrectionOption}},
      PlanMinMax);
  return &method;
}

}  // namespace dc
