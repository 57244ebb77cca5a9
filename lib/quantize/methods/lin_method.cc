// SQNR-optimal bits: the layer with the most weights has the bits that are asked for, one with a
// tenth of them log2(10) / 2 more, ... (10 log10 of the ratio over kappa dB a bit), with the
// optimal step of a normal or Laplacian distribution; then fine-tuned.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanLin(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 2, 8, false));
  if (!context->layer_bits.empty()) {
    return UsageError("the method lin finds the bits of layers itself",
                      "bits " + context->layer_bits.ToString(),
                      "give those of the largest layer alone, w=4");
  }
  const std::string& shape = context->settings.at("distribution");
  if (shape != "gaussian" && shape != "laplace") {
    return UsageError("weights cannot have the distribution '" + shape + "'", "distribution",
                      "use gaussian or laplace");
  }
  const double kappa = std::atof(context->settings.at("kappa").c_str());
  if (!(kappa >= 1 && kappa <= 20)) {
    return UsageError("a bit cannot be worth " + context->settings.at("kappa") + " dB", "kappa",
                      "use 3 to 6");
  }
  const std::vector<WeightRef> layers = QuantizedLayers(*context);
  int64_t most = 1;
  for (const WeightRef& ref : layers) most = std::max(most, ref.size());
  for (const WeightRef& ref : layers) {
    const double more =
        10 * std::log10(static_cast<double>(most) / static_cast<double>(ref.size())) / kappa;
    const int bits = std::min(context->bits.weights + static_cast<int>(std::lround(more)), 12);
    plan.weights[ref.name] = {"uniform", bits, {{"range", shape}}};
  }
  return plan;
}

}  // namespace

const Method* LinMethod() {
  static const FunctionMethod method(
      {.name = "lin",
       .paper = "Lin, Talathi and Annapureddy 2016, arXiv 1511.06393",
       .summary = "weights of widths that are optimal for the layers' sizes",
       .bits = "w=4",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001",
       .options = {{"distribution", "gaussian", "of the weights: gaussian or laplace"},
                   {"kappa", "5", "dB of signal to noise for a bit"}}},
      PlanLin);
  return &method;
}

}  // namespace dc
