// Trained ternary quantization: 0 and two trained scales per layer; first and last layer stay
// float.
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanTtq(MethodContext* context) {
  MethodPlan plan;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 2, 2, false));
  QuantizerSpec spec{"ternary", 2, {{"rule", "trained"}}};
  const std::string& share = context->settings.at("threshold");
  if (share != "0.05") spec.settings["share"] = share;
  DC_RETURN_IF_ERROR(CheckQuantizer(spec));
  QuantizeWeights(*context, spec, &plan);
  return plan;
}

}  // namespace

const Method* TtqMethod() {
  static const FunctionMethod method(
      {.name = "ttq",
       .paper = "Zhu, Han, Mao and Dally 2016, arXiv 1612.01064",
       .summary = "ternary weights with two trained scales per layer",
       .bits = "w=2",
       .skip = "first,last",
       .training = "epochs: 0 learning_rate: 0.01 l2: 0.0002",
       .options =
           {{"threshold", "0.05",
             "share of the largest magnitude below which weights are 0: 0.05, 0.1, ... 0.4"}}},
      PlanTtq);
  return &method;
}

}  // namespace dc
