// Ristretto: every layer's weights and every activation in a format of their own, found from their
// largest magnitudes; latent weights in fine-tuning. format says which:
//
//   dynamic    dynamic fixed point: power-of-two steps; activations save a bit, as the authors do
//   minifloat  floating point, with as many exponent bits as the largest activation needs, 4 or
//   more power      weights are +-2^e, e from -2^(k-1) to -1, so that products are shifts;
//   activations
//              are dynamic fixed point
#include <algorithm>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"
#include "quantize/quantizers/minifloat.h"

namespace dc {
namespace {

// Whether the sites of `context` that are quantized read `site`.
bool IsQuantized(const MethodContext& context, const ActivationSite& site) {
  return !site.is_input &&
         std::any_of(site.weights.begin(), site.weights.end(), [&](const std::string& weight) {
           return !context.float_weights.count(weight);
         });
}

StatusOr<MethodPlan> PlanMinifloat(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.corrects_biases, YesOrNo(*context, "bias_correction"));
  if (context->settings.at("range") != "own") {
    return UsageError("minifloat has no range to calibrate", "range", "leave it out");
  }
  const int w = context->bits.weights, a = context->bits.activations;
  constexpr int kLeast = kMostExponentBits + 1;  // a sign beside the exponent
  DC_RETURN_IF_ERROR(CheckMethodBits("minifloat weights", w, kLeast, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("minifloat activations", a, kLeast, 16, true));
  int exponent_bits = kLeastExponentBits;
  if (a != kFloatBits) {
    DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "ristretto"));
    for (const auto& [name, value] : observed) {
      exponent_bits = std::max(exponent_bits, Minifloat::ExponentBitsFor(value.magnitude()));
    }
    if (exponent_bits > kMostExponentBits) {
      return Unsupported("activations that need more than " + std::to_string(kMostExponentBits) +
                             " bits of exponent",
                         "format=minifloat", "use format=dynamic");
    }
    for (const ActivationSite& site : FindActivationSites(*context->graph)) {
      if (!IsQuantized(*context, site)) continue;
      PlaceMinifloat(site, {exponent_bits, a - 1 - exponent_bits}, context->graph);
    }
  }
  if (w != kFloatBits) {
    QuantizeWeights(*context, {"minifloat", w, {{"exponent", std::to_string(exponent_bits)}}},
                    &plan);
  }
  return plan;
}

StatusOr<MethodPlan> PlanRistretto(MethodContext* context) {
  const std::string& format = context->settings.at("format");
  if (format == "minifloat") return PlanMinifloat(context);
  const bool power = format == "power";
  if (!power && format != "dynamic") {
    return UsageError("numbers cannot have the format '" + format + "'", "format",
                      "use dynamic, minifloat or power");
  }
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.corrects_biases, YesOrNo(*context, "bias_correction"));
  DC_ASSIGN_OR_RETURN(const std::string rule, RangeRule(*context));
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, power ? 5 : 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  if (w != kFloatBits) {
    QuantizeWeights(*context,
                    power ? QuantizerSpec{"power", w, {{"top", "-1"}, {"zero", "no"}}}
                          : QuantizerSpec{"uniform", w, {{"range", "power"}}},
                    &plan);
  }
  if (a == kFloatBits) return plan;
  DC_ASSIGN_OR_RETURN(const auto observed, ObserveSites(*context, "ristretto"));
  QuantizeActivations(context, /*replaces=*/false, [&](const ActivationSite& site) {
    const ObservedValue& value = observed.at(site.value);
    const bool own = rule == "own";
    const float reach =
        own ? value.magnitude() : RangeOf(value, rule, WholeNumbers(a, /*rectified=*/false).high);
    return PowerOfTwoGrid(reach, a, /*rectified=*/false, /*saves_a_bit=*/own);
  });
  return plan;
}

}  // namespace

const Method* RistrettoMethod() {
  static const FunctionMethod method(
      {.name = "ristretto",
       .paper = "Gysel, Motamedi and Ghiasi 2016, arXiv 1604.03168",
       .summary = "weights and activations in a format of few bits per layer",
       .bits = "w=8,a=8",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001",
       .options = {{"format", "dynamic",
                    "dynamic (fixed point), minifloat, or power (weights of powers of two: "
                    "--bits w=4)"},
                   kRangeOption,
                   kBiasCorrectionOption}},
      PlanRistretto);
  return &method;
}

}  // namespace dc
