// nnabla's pow2 net: weights as in pow2-connect, and activations are 0 and powers of two, too,
// before their functions, after batch normalization. A value is rounded in its logarithm, and so is
// its gradient: it passes between the least and the largest power, times the rounded value over the
// value, where nnabla has 1.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "model/node_attributes.h"
#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"
#include "quantize/node_chain.h"
#include "quantize/quantizers/power_grid.h"

namespace dc {
namespace {

// Rounds `value` to 0 and +-2^e for the `count` exponents e up to `top`: sign(x) 2^round(log2 |x|),
// and 0 below the least power over the root of 2.
void PlacePowers(const std::string& value, int top, int count, Graph* graph) {
  const float zero_below = std::ldexp(1.0f, top - count + 1) * 0.70710678f;
  NodeChain chain(value, graph);
  const std::string size = chain.Add(op::kAbs, "_size", {value});
  // A logarithm has no gradient at 0.
  const std::string clipped =
      chain.Add(op::kClip, "_clipped", {size, chain.Number("_least", zero_below / 2)});
  const std::string log = chain.Add(op::kLog, "_log", {clipped});
  const std::string log2 =
      chain.Add(op::kMul, "_log2", {log, chain.Number("_per_octave", 1.44269504f)});
  const std::string exponent =
      chain.Add(op::kUniformQuantize, "_exponent", {log2, chain.Number("_one", 1.0f)},
                {{"low", int64_t{top} - count + 1}, {"high", int64_t{top}}});
  const std::string power = chain.Add(op::kPow, "_power", {chain.Number("_two", 2.0f), exponent});
  const std::string kept =
      chain.Add(op::kShrink, "_kept", {value}, {{"lambd", zero_below}, {"bias", 0.0f}});
  const std::string sign = chain.Add(op::kSign, "_sign", {kept});
  chain.PutAfterValue(chain.Add(op::kMul, "_rounded", {power, sign}));
}

StatusOr<MethodPlan> PlanPow2Net(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 8, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 7, true));
  const std::string& top = context->settings.at("top");
  const QuantizerSpec spec{"power", w, {{"top", top}}};
  DC_RETURN_IF_ERROR(CheckQuantizer({spec.name, 0, spec.settings}));
  if (w != kFloatBits) QuantizeWeights(*context, spec, &plan);
  if (a == kFloatBits) return plan;
  const std::vector<ActivationSite> sites = SitesBeforeFunctions(*context);
  std::vector<std::string> names;
  for (const ActivationSite& site : sites) names.push_back(site.value);
  std::map<std::string, ObservedValue> observed;
  if (top == "fit") {
    DC_ASSIGN_OR_RETURN(observed, ObserveValues(*context, names, "pow2-net"));
  }
  for (const std::string& name : names) {
    int own = top == "unit" ? 0 : std::atoi(top.c_str());
    if (top == "fit") own = PowerGrid::TopOf(std::vector<float>{observed.at(name).magnitude()});
    PlacePowers(name, own, 1 << std::max(a - 2, 0), context->graph);
  }
  return plan;
}

}  // namespace

const Method* Pow2NetMethod() {
  static const FunctionMethod method(
      {.name = "pow2-net",
       .paper = "nnabla: pow2_quantized_affine, _convolution and pow2_quantize",
       .summary = "weights, and activations before their functions, of powers of two",
       .bits = "w=5,a=5",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001",
       .options = {kTopOfPowersOption}},
      PlanPow2Net);
  return &method;
}

}  // namespace dc
