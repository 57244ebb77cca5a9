// HashedNets: the weights of a layer are a table's numbers, given out by a hash; the file holds the
// table and the hash's seed.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "quantize/methods/method_parts.h"
#include "quantize/methods/methods.h"
#include "quantize/quantizers/hashed_spec.h"

namespace dc {
namespace {

StatusOr<MethodPlan> PlanHashedNets(MethodContext* context) {
  MethodPlan plan;
  if (context->bits.weights != kFloatBits) {
    return UsageError("the method hashed-nets has no bits of weights", "bits",
                      "leave them out: use --method-options weights=8");
  }
  if (!context->layer_bits.empty()) {
    return UsageError("the method hashed-nets has no bits for layers",
                      "bits " + context->layer_bits.ToString(), "say weights=N, and --skip");
  }
  const std::string& text = context->settings.at("weights");
  char* end = nullptr;
  const double share = std::strtod(text.c_str(), &end);
  if (*end != 0 || !(share >= 1 && share <= 1e6)) {
    return UsageError("a number of the table cannot stand for '" + text + "' weights", "weights",
                      "use 1 or more, 8 for one");
  }
  uint32_t layer = 0;
  for (const WeightRef& ref : QuantizedLayers(*context)) {
    const double buckets = std::max(1.0, std::round(static_cast<double>(ref.size()) / share));
    if (buckets > kMostBuckets) {
      return UsageError("a table of " + std::to_string(static_cast<int64_t>(buckets)) +
                            " numbers for weight " + ref.name,
                        "weights=" + text,
                        "32,768 is the most: ask for more weights to a number, or --skip it");
    }
    // Layers have hashes of their own; each takes two seeds.
    const auto seed = static_cast<uint32_t>(context->seed * 65536 + 2 * layer++);
    plan.weights[ref.name] = HashedSpec(static_cast<uint32_t>(buckets), seed);
  }
  return plan;
}

}  // namespace

const Method* HashedNetsMethod() {
  static const FunctionMethod method(
      {.name = "hashed-nets",
       .paper = "Chen et al. 2015, arXiv 1504.04788",
       .summary = "weights shared by a hash: the file has a table and a seed, no codes",
       .bits = "w=32",
       .skip = "none",
       .training = "epochs: 0 learning_rate: 0.01",
       .options = {{"weights", "8", "of a layer to each number of its table"}}},
      PlanHashedNets);
  return &method;
}

}  // namespace dc
