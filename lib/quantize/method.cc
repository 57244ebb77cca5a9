#include "quantize/method.h"

#include <fnmatch.h>

#include <algorithm>
#include <charconv>

#include "base/comma_list.h"
#include "model/quoted.h"
#include "model/roles.h"
#include "quantize/methods/methods.h"

namespace dc {
namespace {

// "K=V,..." in order.
StatusOr<std::vector<std::pair<std::string, std::string>>> Pairs(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const std::string& part : SplitPatterns(text)) {
    const size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
      return UsageError("'" + part + "' is not NAME=VALUE", text, "write NAME=VALUE,...");
    }
    pairs.emplace_back(part.substr(0, equals), part.substr(equals + 1));
  }
  return pairs;
}

// "w=1,a=2" into `bits`; other keys choose layers, whose bits go into `layers`, "KEY=B,...".
Status SetBits(const std::string& text, MethodBits* bits, std::string* layers) {
  DC_ASSIGN_OR_RETURN(const auto pairs, Pairs(text));
  for (const auto& [key, value] : pairs) {
    int number = 0;
    const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || number < 1 ||
        number > kFloatBits) {
      return UsageError("'" + value + "' is no number of bits", "bits " + text,
                        "use 1 to 16, or 32 for float");
    }
    int* const of = key == "w"   ? &bits->weights
                    : key == "a" ? &bits->activations
                    : key == "g" ? &bits->gradients
                    : key == "i" ? &bits->input
                                 : nullptr;
    if (of == nullptr) {
      *layers += (layers->empty() ? "" : ",") + key + "=" + value;
      continue;
    }
    *of = number;
  }
  return OkStatus();
}

// The weights that `skip` names.
StatusOr<std::set<std::string>> SkippedWeights(const std::string& skip, const Graph& graph) {
  std::set<std::string> skipped;
  const std::vector<WeightRef> weights = ListWeights(graph);
  if (weights.empty()) return UsageError("the model has no weights to quantize");
  if (skip == "none") return skipped;
  for (const std::string& pattern : SplitPatterns(skip)) {
    const size_t before = skipped.size();
    if (pattern == "first") {
      skipped.insert(weights.front().name);
    } else if (pattern == "last") {
      skipped.insert(weights.back().name);
    } else {
      for (const WeightRef& ref : weights) {
        if (fnmatch(pattern.c_str(), ref.name.c_str(), 0) == 0) skipped.insert(ref.name);
      }
      if (skipped.size() == before) {
        std::vector<std::string> names;
        for (const WeightRef& ref : weights) names.push_back(ref.name);
        return UsageError("no layer is called " + Quoted(pattern), "skip",
                          "use first, last, none, or one of " + CommaList(names));
      }
    }
  }
  return skipped;
}

}  // namespace

const std::vector<const Method*>& AllMethods() {
  static const auto* const all = new std::vector<const Method*>(MethodList());
  return *all;
}

StatusOr<const Method*> FindMethod(const std::string& name) {
  std::vector<std::string> names;
  for (const Method* method : AllMethods()) {
    names.push_back(method->info().name);
    if (names.back() == name) return method;
  }
  return UsageError("no method is called '" + name + "'", "", "choose one of " + CommaList(names));
}

std::vector<MethodInfo> ListMethods() {
  std::vector<MethodInfo> infos;
  for (const Method* method : AllMethods()) infos.push_back(method->info());
  return infos;
}

StatusOr<MethodContext> MakeMethodContext(const Method& method, const MethodOptions& options,
                                          Graph* graph) {
  const MethodInfo info = method.info();
  MethodContext context;
  context.graph = graph;
  std::string layers;
  DC_RETURN_IF_ERROR(SetBits(info.bits, &context.bits, &layers));
  DC_RETURN_IF_ERROR(SetBits(options.bits, &context.bits, &layers));
  DC_ASSIGN_OR_RETURN(context.layer_bits, LayerSettings::Parse(layers));
  if (const Status status = context.layer_bits.CheckKeys(*graph); !status.ok()) {
    return status.At("bits " + options.bits + ": w, a, g, i, or layers");
  }
  DC_ASSIGN_OR_RETURN(context.float_weights,
                      SkippedWeights(options.skip.empty() ? info.skip : options.skip, *graph));
  DC_ASSIGN_OR_RETURN(const auto settings, Pairs(options.settings));
  for (const MethodOption& option : info.options) context.settings[option.name] = option.initial;
  for (const auto& [name, value] : settings) {
    if (!context.settings.count(name)) {
      std::vector<std::string> names;
      for (const MethodOption& option : info.options) names.push_back(option.name);
      return UsageError("the method " + info.name + " has no option '" + name + "'", "",
                        names.empty() ? "it has none" : "it has " + CommaList(names));
    }
    context.settings[name] = value;
  }
  return context;
}

Status CheckMethodOptions(const MethodOptions& options, const Graph& graph) {
  DC_ASSIGN_OR_RETURN(const Method* method, FindMethod(options.name));
  Graph copy = graph;
  DC_ASSIGN_OR_RETURN(MethodContext context, MakeMethodContext(*method, options, &copy));
  // What the values are like does not matter here.
  context.observe = [](const Graph&, const std::vector<std::string>& names) {
    std::map<std::string, ObservedValue> any;
    for (const std::string& name : names) any[name] = {-1.0f, 1.0f, {1.0f}};
    return StatusOr<std::map<std::string, ObservedValue>>(std::move(any));
  };
  DC_ASSIGN_OR_RETURN(const MethodPlan plan, method->Plan(&context));
  for (const auto& [name, spec] : plan.weights) {
    const Status status = CheckQuantizer(spec);
    if (!status.ok()) return status.At("tensor " + name);
  }
  return OkStatus();
}

std::vector<WeightRef> QuantizedLayers(const MethodContext& context) {
  std::vector<WeightRef> layers = ListWeights(*context.graph);
  std::erase_if(layers,
                [&](const WeightRef& ref) { return context.float_weights.count(ref.name); });
  return layers;
}

}  // namespace dc
