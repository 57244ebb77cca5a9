// Incremental network quantization: weights become powers of two in portions, the largest first,
// and the others are trained on; at the last portion all are.
#include <algorithm>
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"
#include "quantize/quantizers/quantizers.h"

namespace dc {
namespace {

// "0.5:0.75:1": ascending shares, the last one 1.
StatusOr<std::vector<double>> PortionsOf(const std::string& text) {
  std::vector<double> portions;
  const char* at = text.c_str();
  while (*at != 0) {
    char* end = nullptr;
    portions.push_back(std::strtod(at, &end));
    if (end == at || (*end != 0 && *end != ':')) break;
    at = *end == ':' ? end + 1 : end;
  }
  const bool ascending = std::is_sorted(portions.begin(), portions.end());
  if (*at == 0 && ascending && !portions.empty() && portions.front() > 0 && portions.back() == 1) {
    return portions;
  }
  return UsageError("'" + text + "' are no portions", "portions",
                    "give ascending shares that end in 1, as in 0.5:0.75:1");
}

StatusOr<MethodPlan> PlanInq(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 7, false));
  const std::string& select = context->settings.at("select");
  if (select != "largest" && select != "random") {
    return UsageError("weights cannot be selected by '" + select + "'", "select",
                      "use largest or random");
  }
  DC_ASSIGN_OR_RETURN(const std::vector<double> portions,
                      PortionsOf(context->settings.at("portions")));
  QuantizeWeights(*context, {"inq", w, {}}, &plan);
  std::vector<std::string> names;
  for (const WeightRef& ref : QuantizedLayers(*context)) names.push_back(ref.name);
  // Part k of the training runs with portion k; the last portion needs no training. A resumed run
  // finds what was frozen among the latent values.
  plan.before_step = [names, portions, w, select, seed = context->seed](
                         int64_t step, int64_t total, const LatentAccess& access) {
    const auto parts = static_cast<int64_t>(portions.size()) - 1;
    if (parts == 0) return OkStatus();
    for (int64_t part = 0; part < parts; ++part) {
      if (step != part * total / parts) continue;
      for (const std::string& name : names) {
        FreezeShare(portions[static_cast<size_t>(part)], w, select == "largest",
                    seed + static_cast<uint64_t>(part), access.latent(name));
        access.changed(name);
      }
    }
    return OkStatus();
  };
  return plan;
}

}  // namespace

const Method* InqMethod() {
  static const FunctionMethod method(
      {.name = "inq",
       .paper = "Zhou et al. 2017, arXiv 1702.03044",
       .summary = "weights to powers of two in portions",
       .bits = "w=5",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001 l2: 0.0005",
       .options = {{"portions", "0.5:0.75:0.875:1",
                    "shares of the weights that are quantized after each part of the training"},
                   {"select", "largest", "largest or random"}}},
      PlanInq);
  return &method;
}

}  // namespace dc
