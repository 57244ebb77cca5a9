// Limited numerical precision: weights, activations, gradients and updates are numbers of few bits,
// IL of them before and FL after the binary point, rounded at random in training.
#include <charconv>
#include <cmath>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

// FL by the option `name`.
StatusOr<int> FractionBits(const MethodContext& context, const std::string& name) {
  const std::string& text = context.settings.at(name);
  const char* end = text.data() + text.size();
  int bits = 0;
  const auto parsed = std::from_chars(text.data(), end, bits);
  if (parsed.ec != std::errc() || parsed.ptr != end || bits < 0 || bits > 22) {
    return UsageError("a format cannot have '" + text + "' bits after the point", name,
                      "use 0 to 22");
  }
  return bits;
}

StatusOr<MethodPlan> PlanGupta(MethodContext* context) {
  MethodPlan plan;
  const int bits = context->bits.weights;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", bits, 2, 16, false));
  DC_ASSIGN_OR_RETURN(const int fraction, FractionBits(*context, "fraction-bits"));
  int output_fraction = fraction;
  if (context->settings.at("output-fraction-bits") != "same") {
    DC_ASSIGN_OR_RETURN(output_fraction, FractionBits(*context, "output-fraction-bits"));
  }
  const std::string& rounding = context->settings.at("rounding");
  if (rounding != "stochastic" && rounding != "nearest") {
    return UsageError("numbers cannot be rounded by '" + rounding + "'", "rounding",
                      "use stochastic or nearest");
  }
  // Latent weights are the stored ones: they are on the grid, too.
  const QuantizerSpec spec{
      "stored", bits, {{"fraction", std::to_string(fraction)}, {"rounding", rounding}}};
  QuantizeWeights(*context, spec, &plan);
  for (const WeightRef& ref : QuantizedLayers(*context)) {
    if (!ref.bias.empty()) plan.weights[ref.bias] = spec;
  }
  const int64_t high = (int64_t{1} << (bits - 1)) - 1;
  if (context->bits.activations != kFloatBits) {
    QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite&) {
      ValueQuantizer quantizer;
      quantizer.low = -high - 1;
      quantizer.high = high;
      quantizer.scale = std::ldexp(1.0f, -output_fraction);
      quantizer.training.stochastic = rounding == "stochastic";
      return quantizer;
    });
  }
  if (context->bits.gradients != kFloatBits) {
    QuantizeGradients(context, {{"rule", std::string("fixed")},
                                {"bits", int64_t{bits}},
                                {"scale", std::ldexp(1.0f, -fraction)},
                                {"stochastic", int64_t{rounding == "stochastic"}}});
  }
  return plan;
}

}  // namespace

const Method* GuptaMethod() {
  static const FunctionMethod method(
      {.name = "gupta",
       .paper = "Gupta et al. 2015, arXiv 1502.02551",
       .summary = "weights, activations and gradients in fixed point, stochastic rounding",
       .bits = "w=16,a=16,g=16",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.1 momentum: 0",
       .options = {{"fraction-bits", "14", "FL: bits after the binary point"},
                   {"output-fraction-bits", "same",
                    "FL of what layers compute; the authors' convolutional networks have 10"},
                   {"rounding", "stochastic", "stochastic or nearest"}}},
      PlanGupta);
  return &method;
}

}  // namespace dc
