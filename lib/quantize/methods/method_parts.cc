#include "quantize/methods/method_parts.h"

#include <algorithm>
#include <cmath>

#include "model/node_attributes.h"
#include "model/roles.h"

namespace dc {
bool IsReadByQuantized(const MethodContext& context, const ActivationSite& site) {
  return std::any_of(site.weights.begin(), site.weights.end(), [&](const std::string& weight) {
    return !context.float_weights.count(weight);
  });
}

std::set<std::string> LearnedBefore(const Graph& graph, const std::string& value) {
  const GraphRoles roles = FindRoles(graph);
  std::set<std::string> learned, seen = {value};
  std::vector<std::string> open = {value};
  while (!open.empty()) {
    const Node* node = graph.Producer(open.back());
    open.pop_back();
    if (node == nullptr) continue;
    for (const std::string& input : node->inputs) {
      if (!seen.insert(input).second) continue;
      if (graph.Constant(input) == nullptr) {
        open.push_back(input);
        continue;
      }
      const auto role = roles.of.find(input);
      if (role == roles.of.end()) continue;
      if (role->second == op::Role::kWeight || role->second == op::Role::kBias ||
          role->second == op::Role::kScale || role->second == op::Role::kStatistic) {
        learned.insert(input);
      }
    }
  }
  return learned;
}

Status NeedsData(const std::string& method) {
  return UsageError("the method " + method + " looks at the values of the network, and has no data",
                    "", "give --data");
}

void QuantizeWeights(const MethodContext& context, const QuantizerSpec& spec, MethodPlan* plan) {
  for (const WeightRef& ref : QuantizedLayers(context)) {
    QuantizerSpec own = spec;
    const auto bits = context.layer_bits.Number(ref, spec.bits);
    if (bits.ok()) own.bits = static_cast<int>(*bits);
    plan->weights[ref.name] = own;
  }
}

void ScaleStepsByFans(const MethodContext& context, MethodPlan* plan) {
  for (const WeightRef& ref : QuantizedLayers(context)) {
    double area = 1;  // of the kernel
    if (ref.kind == LayerKind::kConv) {
      for (size_t d = 2; d < ref.shape.size(); ++d) area *= static_cast<double>(ref.shape[d]);
    }
    const double fans =
        static_cast<double>(ref.inputs()) + static_cast<double>(ref.outputs()) * area;
    plan->step_scales[ref.name] = 1.0 / std::sqrt(1.5 / fans);
  }
}

Status CheckMethodBits(const std::string& what, int bits, int least, int most, bool or_float) {
  if ((bits >= least && bits <= most) || (or_float && bits == kFloatBits)) return OkStatus();
  std::string range =
      least == most ? std::to_string(least) : std::to_string(least) + " to " + std::to_string(most);
  if (or_float) range += ", or 32 for float";
  return UsageError("the method has no " + what + " of " + std::to_string(bits) + " bits", "bits",
                    "use " + range);
}

void QuantizeWeightsAsXnor(const MethodContext& context, MethodPlan* plan) {
  QuantizeWeights(
      context,
      {"binary",
       1,
       {{"scale", "channel"}, {"center", "yes"}, {"clip", "yes"}, {"gradient", "xnor"}}},
      plan);
}

ValueQuantizer WholeNumbers(int bits, bool rectified) {
  ValueQuantizer quantizer;
  quantizer.high = (int64_t{1} << (rectified ? bits : bits - 1)) - 1;
  quantizer.low = rectified ? 0 : -quantizer.high - 1;
  return quantizer;
}

ValueQuantizer SignOfValue() {
  ValueQuantizer quantizer;
  quantizer.binary = true;
  return quantizer;
}

ValueQuantizer UnitInterval(int bits) {
  ValueQuantizer quantizer = WholeNumbers(bits, /*rectified=*/true);
  quantizer.scale = 1.0f / static_cast<float>(quantizer.high);
  return quantizer;
}

ValueQuantizer SymmetricInterval(int bits) {
  if (bits == 1) return SignOfValue();
  ValueQuantizer quantizer = WholeNumbers(bits, /*rectified=*/false);
  quantizer.low = -quantizer.high;
  quantizer.scale = 1.0f / static_cast<float>(quantizer.high);
  quantizer.training.pass_low = -1;
  quantizer.training.pass_high = 1;
  return quantizer;
}

void QuantizeActivations(MethodContext* context, bool replaces,
                         const std::function<ValueQuantizer(const ActivationSite&)>& quantizer) {
  for (const ActivationSite& site : FindActivationSites(*context->graph)) {
    if (site.is_input || !IsReadByQuantized(*context, site)) continue;
    PlaceQuantizer(site, quantizer(site), replaces, context->graph);
  }
}

void QuantizeGradients(MethodContext* context,
                       const std::map<std::string, AttributeValue>& attributes) {
  std::set<std::string> names;
  for (const WeightRef& ref : QuantizedLayers(*context)) names.insert(ref.name);
  PlaceGradientQuantizers(names, attributes, context->graph);
}

void QuantizeInput(MethodContext* context) {
  const int bits = context->bits.input;
  if (bits == kFloatBits || context->graph->inputs.empty()) return;
  ActivationSite site;
  site.value = context->graph->inputs[0].name;
  site.is_input = true;
  ValueQuantizer quantizer = SignOfValue();
  if (bits > 1) {
    quantizer = WholeNumbers(bits, /*rectified=*/false);
    quantizer.scale = std::ldexp(1.0f, 1 - bits);
  }
  PlaceQuantizer(site, quantizer, /*replaces=*/false, context->graph);
}

StatusOr<std::map<std::string, ObservedValue>> ObserveValues(const MethodContext& context,
                                                             const std::vector<std::string>& names,
                                                             const std::string& method) {
  if (!context.observe) return NeedsData(method);
  return context.observe(*context.graph, names);
}

StatusOr<std::map<std::string, ObservedValue>> ObserveSites(const MethodContext& context,
                                                            const std::string& method) {
  std::vector<std::string> names;
  for (const ActivationSite& site : FindActivationSites(*context.graph)) {
    names.push_back(site.value);
  }
  return ObserveValues(context, names, method);
}

std::vector<ActivationSite> SitesBeforeFunctions(const MethodContext& context) {
  std::vector<ActivationSite> sites;
  for (ActivationSite& site : FindActivationSites(*context.graph)) {
    if (site.is_input || !IsReadByQuantized(context, site)) continue;
    if (site.has_function) site.value = context.graph->Producer(site.value)->Input(0);
    site.has_function = site.rectified = false;
    sites.push_back(std::move(site));
  }
  return sites;
}

StatusOr<QuantizerSpec> FixedPointWeights(const MethodContext& context) {
  const std::string& fraction = context.settings.at("fraction-bits");
  QuantizerSpec spec{"uniform", context.bits.weights, {{"range", "power"}, {"narrow", "yes"}}};
  if (fraction == "auto") return spec;
  spec.settings["range"] = "fraction";
  spec.settings["fraction"] = fraction;
  // Not the bits, which may be those of a float.
  DC_RETURN_IF_ERROR(CheckQuantizer({spec.name, 0, spec.settings}));
  return spec;
}

ValueQuantizer PowerOfTwoGrid(float magnitude, int bits, bool rectified, bool saves_a_bit) {
  int exponent = 0;  // 2^exponent is what the grid reaches
  if (magnitude > 0) exponent = static_cast<int>(std::ceil(std::log2(magnitude)));
  if (saves_a_bit) --exponent;
  ValueQuantizer quantizer = WholeNumbers(bits, rectified);
  quantizer.scale = std::ldexp(1.0f, exponent - (rectified ? bits : bits - 1));
  return quantizer;
}

ValueQuantizer LeastErrorPower(const ObservedValue& value, int bits, bool rectified) {
  constexpr int kTried = 6;
  ValueQuantizer best;
  double best_error = 0;
  float magnitude = value.magnitude();
  for (int i = 0; i < kTried; ++i, magnitude /= 2) {
    const ValueQuantizer tried = PowerOfTwoGrid(magnitude, bits, rectified, false);
    double error = 0;
    for (const float x : value.some) {
      const double number =
          std::clamp(std::nearbyint(static_cast<double>(x) / tried.scale),
                     static_cast<double>(tried.low), static_cast<double>(tried.high));
      error += std::abs(x - number * tried.scale);
    }
    if (i > 0 && error >= best_error) continue;
    best_error = error;
    best = tried;
  }
  return best;
}

float FirstLearnedStep(const ObservedValue& value, double most) {
  double sum = 0;
  for (const float x : value.some) sum += std::abs(static_cast<double>(x));
  const double mean = value.some.empty() ? 0 : sum / static_cast<double>(value.some.size());
  const double step = 2 * mean / std::sqrt(std::max(most, 1.0));
  return step > 0 ? static_cast<float>(step) : 1.0f;
}

float RangeOf(const ObservedValue& value, const std::string& rule, int64_t most) {
  const float reach = std::max(value.magnitude(), 0.0f);
  if (reach == 0) return 1.0f;
  if (rule == "max") return reach;
  if (rule == "moving-average") return value.average > 0 ? value.average : reach;
  std::vector<float> sizes;
  sizes.reserve(value.some.size());
  for (const float x : value.some) sizes.push_back(std::abs(x));
  if (rule == "percentile") {
    constexpr double kShare = 0.9999;
    const auto at = static_cast<size_t>(kShare * static_cast<double>(sizes.size() - 1));
    std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(at), sizes.end());
    return sizes[at] > 0 ? sizes[at] : reach;
  }
  constexpr int kTried = 40;
  double best_error = 0;
  float best = reach;
  for (int i = kTried; i > 0; --i) {
    const float top = reach * static_cast<float>(i) / kTried, step = top / static_cast<float>(most);
    double error = 0;
    for (const float x : sizes) {
      const double difference = x - std::nearbyint(std::min(x, top) / step) * step;
      error += difference * difference;
    }
    if (i == kTried || error < best_error) {
      best_error = error;
      best = top;
    }
  }
  return best;
}

StatusOr<std::string> RangeRule(const MethodContext& context) {
  const std::string& rule = context.settings.at("range");
  for (const char* known : {"own", "max", "moving-average", "percentile", "mse"}) {
    if (rule == known) return rule;
  }
  return UsageError("the range of values cannot be found by '" + rule + "'", "range",
                    "use own, max, moving-average, percentile or mse");
}

StatusOr<bool> StartsUniform(const MethodContext& context) {
  const std::string& value = context.settings.at("start");
  if (value == "uniform") return true;
  if (value == "initializer") return false;
  return UsageError("weights cannot start as '" + value + "'", "start",
                    "use uniform or initializer");
}

Status CheckNormalized(const MethodContext& context, const std::string& method) {
  const Graph& graph = *context.graph;
  for (const WeightRef& ref : QuantizedLayers(context)) {
    std::string value = graph.nodes[ref.node].outputs[0];
    for (;;) {
      const std::vector<size_t> readers = graph.Consumers(value);
      const op::Operator* record = readers.empty() ? nullptr : OperatorOf(graph.nodes[readers[0]]);
      if (record == nullptr) {
        return Unsupported(
            "the method " + method + " needs a batch normalization after every layer",
            "weight " + ref.name,
            "add one to the model, leave the layer out with --skip, or choose a "
            "method with scales (bwn, dorefa, lsq, ...)");
      }
      if (record->Has(op::kBlends)) break;
      const bool passes = record->Has(op::kPools) || record->Has(op::kReshapes) ||
                          record->Has(op::kRenames) || record->Has(op::kAdds);
      value = passes ? graph.nodes[readers[0]].outputs[0] : "";
    }
  }
  return OkStatus();
}

StatusOr<bool> YesOrNo(const MethodContext& context, const std::string& option) {
  const std::string& value = context.settings.at(option);
  if (value == "yes") return true;
  if (value == "no") return false;
  return UsageError("'" + value + "' is neither yes nor no", option, "write " + option + "=yes");
}

}  // namespace dc
