// Fixed-point activations without their mismatch of gradients, which grows towards the first
// layers: weights are trained with float activations first, and activations are switched on after
// that. Of the authors' three procedures, switch trains no further, top fine-tunes the last layers
// alone, and bottom-up switches on one activation after another, each time training the layers
// above it, whose activations are still float.
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

// Switches the activations of `sites` on, with the power-of-two steps of least error on what they
// are by then.
std::function<Status(Graph*, const StageTools&)> SwitchOn(std::vector<ActivationSite> sites,
                                                          int bits) {
  return [sites = std::move(sites), bits](Graph* graph, const StageTools& tools) -> Status {
    std::vector<std::string> names;
    for (const ActivationSite& site : sites) names.push_back(site.value);
    if (!tools.observe) return NeedsData("lin-talathi");
    DC_ASSIGN_OR_RETURN(const auto observed, tools.observe(*graph, names));
    for (const ActivationSite& site : sites) {
      PlaceQuantizer(site, LeastErrorPower(observed.at(site.value), bits, site.rectified),
                     /*replaces=*/false, graph);
    }
    return OkStatus();
  };
}

StatusOr<MethodPlan> PlanLinTalathi(MethodContext* context) {
  MethodPlan plan;
  const int w = context->bits.weights, a = context->bits.activations;
  DC_RETURN_IF_ERROR(CheckMethodBits("weights", w, 2, 16, true));
  DC_RETURN_IF_ERROR(CheckMethodBits("activations", a, 2, 16, true));
  const std::string& procedure = context->settings.at("procedure");
  const int top = std::atoi(context->settings.at("top-layers").c_str());
  const std::vector<WeightRef> layers = QuantizedLayers(*context);
  if (procedure != "switch" && procedure != "top" && procedure != "bottom-up") {
    return UsageError("activations cannot be switched on by '" + procedure + "'", "procedure",
                      "use switch, top or bottom-up");
  }
  if (procedure == "top" && (top < 1 || static_cast<size_t>(top) > layers.size())) {
    return UsageError("a network of " + std::to_string(layers.size()) + " layers has no " +
                          context->settings.at("top-layers") + " to fine-tune",
                      "top-layers", "give 1 or more");
  }
  if (w != kFloatBits) QuantizeWeights(*context, {"uniform", w, {{"range", "power-l2"}}}, &plan);
  if (a == kFloatBits) return plan;
  if (!context->observe) return NeedsData("lin-talathi");

  std::vector<ActivationSite> sites;
  for (ActivationSite& site : FindActivationSites(*context->graph)) {
    if (!site.is_input && IsReadByQuantized(*context, site)) sites.push_back(std::move(site));
  }
  plan.stages.push_back({});
  if (procedure == "switch") {
    plan.stages.push_back({.share = 0, .begin = SwitchOn(sites, a), .frozen = {}});
  } else if (procedure == "top") {
    const WeightRef& lowest = layers[layers.size() - static_cast<size_t>(top)];
    const Node& layer = context->graph->nodes[lowest.node];
    plan.stages.push_back(
        {.share = 1,
         .begin = SwitchOn(sites, a),
         .frozen = LearnedBefore(*context->graph, layer.inputs[lowest.input == 0 ? 1 : 0])});
  } else {
    for (const ActivationSite& site : sites) {
      plan.stages.push_back({.share = 1,
                             .begin = SwitchOn({site}, a),
                             .frozen = LearnedBefore(*context->graph, site.value)});
    }
  }
  return plan;
}

}  // namespace

const Method* LinTalathiMethod() {
  static const FunctionMethod method(
      {.name = "lin-talathi",
       .paper = "Lin and Talathi 2016, arXiv 1607.02241",
       .summary = "fixed-point weights first, activations switched on after them in stages",
       .bits = "w=8,a=4",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.001",
       .options = {{"procedure", "bottom-up", "switch, top or bottom-up"},
                   {"top-layers", "1", "top: how many layers are fine-tuned"}}},
      PlanLinTalathi);
  return &method;
}

}  // namespace dc
