// BinaryConnect: weights are +1 or -1, deterministically or at random in training; latent ones are
// clipped to [-1, 1], and steps scaled by layer. Everything else is float. Tested with the signs
// (the authors test the stochastic kind with the latent weights): at the end of a stochastic
// training latent weights are their signs, which every draw gives again, so that normalizations
// learn the statistics of the network that is stored.
#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

// One in so many steps has the signs: half an epoch of 24, and many times what normalizations
// remember.
constexpr int64_t kSettling = 50;

std::function<Status(int64_t, int64_t, const LatentAccess&)> SettleSigns(
    std::vector<std::string> weights) {
  return [weights = std::move(weights)](int64_t step, int64_t total, const LatentAccess& access) {
    if (step < total - std::max<int64_t>(total / kSettling, 1)) return OkStatus();
    for (const std::string& name : weights) {
      for (float& value : access.latent(name)) value = value >= 0.0f ? 1.0f : -1.0f;
      access.changed(name);
    }
    return OkStatus();
  };
}

StatusOr<MethodPlan> PlanBinaryConnect(MethodContext* context) {
  MethodPlan plan;
  DC_ASSIGN_OR_RETURN(plan.starts_uniform, StartsUniform(*context));
  DC_RETURN_IF_ERROR(CheckNormalized(*context, "binary-connect"));
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", context->bits.weights, 1, 1, false));
  DC_ASSIGN_OR_RETURN(const bool scale_steps, YesOrNo(*context, "scale-steps"));
  DC_ASSIGN_OR_RETURN(const bool clip, YesOrNo(*context, "clip"));
  QuantizeWeights(*context,
                  {"binary",
                   1,
                   {{"clip", clip ? "yes" : "no"}, {"rounding", context->settings.at("rounding")}}},
                  &plan);
  if (scale_steps) ScaleStepsByFans(*context, &plan);
  if (context->settings.at("rounding") == "stochastic") {
    std::vector<std::string> names;
    for (const auto& [name, spec] : plan.weights) names.push_back(name);
    plan.before_step = SettleSigns(std::move(names));
  }
  return plan;
}

}  // namespace

const Method* BinaryConnectMethod() {
  static const FunctionMethod method(
      {.name = "binary-connect",
       .paper = "Courbariaux, Bengio and David 2015, arXiv 1511.00363",
       .summary = "binary weights, drawn at random where rounding=stochastic",
       .bits = "w=1",
       .skip = "none",
       .training = "epochs: 0 optimizer: \"adam\" learning_rate: 0.001 loss: \"squared-hinge\"",
       .options = {kStartOption,
                   kClipOption,
                   {"rounding", "nearest", "nearest or stochastic"},
                   {"scale-steps", "yes", "scale steps by the layers' fans"}}},
      PlanBinaryConnect);
  return &method;
}

}  // namespace dc
