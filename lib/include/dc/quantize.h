// Codebooks: which values the survivors of a weight may take.
#ifndef DC_QUANTIZE_H_
#define DC_QUANTIZE_H_

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/layer_settings.h"
#include "dc/progress.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"

namespace dc {

// Options that policies have of their own, by name; ListPolicies describes them.
using PolicySettings = std::map<std::string, std::string>;

// A published way to train a quantized network, and what is asked of it.
struct MethodOptions {
  std::string name;      // "": none, weights get codebooks by `policy`
  std::string bits;      // "w=1,a=2,g=6,i=8": weights, activations, gradients, input; 32 is float
  std::string skip;      // layers that stay float: "first,last", names or patterns; "none"
  std::string settings;  // "OPTION=VALUE,..."; ListMethods describes them
  // Given: the method finds its bits by itself, as few as keep the error on held-out
  // training images within so many percentage points of the float network's, before fine-tuning.
  std::optional<double> max_error_increase;
};

struct QuantizeOptions {
  MethodOptions method;
  LayerSettings policy;  // per layer; default "kmeans"
  LayerSettings bits;    // per layer; default 8 for conv, 5 for fc. A policy may fix its own.
  PolicySettings policy_settings;  // each is for the layers whose policy knows it
  // Above 0: fine-tuning of codebooks (PolicyInfo::for_rate) minimises the loss plus this much, in
  // nats per sample, for every 1,024 bytes of the file: weights go to another entry, or to zero,
  // where the coder's bits that this saves are worth it; `bits` are what a layer has at most. Needs
  // epochs.
  double lambda = 0;
  // Given: samples (OpenSamples) by which codebooks of kmeans and their codes keep what layers
  // compute, rather than their weights, close.
  std::string calibrate;
  int calibrate_samples = 512;  // at most so many of them
  uint64_t seed = 1;
  int threads = 0;
};

// What quantizing did to one weight.
struct LayerQuantization {
  std::string name, policy;
  int bits = 0;
  int64_t entries = 0;   // codebook entries, the zero of a sparse layer included
  double rms_error = 0;  // root mean square of W - its quantized value, survivors only
  double max_error = 0;
  int iterations = 0;  // Lloyd iterations until assignments stopped moving; 0 for exact
};

// How far `weight` is from the `values` that it stands for: rms_error and max_error of `report`.
void MeasureErrors(std::span<const float> values, const QuantizedWeight& weight,
                   LayerQuantization* report);

// What has become of one weight.
struct QuantizedLayer {
  LayerQuantization outcome;
  QuantizedWeight weight;
};

// An option of a policy: its name and the values it may have, the default first.
struct PolicyOption {
  std::string name;
  std::vector<std::string> values;
};

struct PolicyInfo {
  std::string name, paper, summary;
  std::vector<PolicyOption> options;
  bool for_rate = false;  // can be trained for the coder: QuantizeOptions::lambda
};

struct MethodOption {
  std::string name, initial, help;
};

struct MethodInfo {
  std::string name, paper;
  std::string summary;   // what it quantizes, and how
  std::string bits;      // those it has where nothing else is asked for
  std::string skip;      // likewise
  std::string training;  // settings of training that go with it, as in a recipe
  std::vector<MethodOption> options;
};

// Every method, by name.
std::vector<MethodInfo> ListMethods();

// UsageError for a method that there is not, and for bits, layers and settings that do not go with
// it and `graph`.
Status CheckMethodOptions(const MethodOptions& options, const Graph& graph);

// Every registered policy, by name.
std::vector<PolicyInfo> ListPolicies();

// Quantizes one weight. A weight that holds a zero is sparse: its codebook gets entry 0 = 0.0,
// zeros get code 0 and the policy sees survivors only; `bits` then counts codes of survivors, so
// the codebook has up to 2^bits entries including the zero. BadInput on NaN or infinity, UsageError
// on bits outside 1..16, an unknown policy, or a setting that the policy does not know.
StatusOr<QuantizedWeight> QuantizeWeight(const Tensor& weight, const std::string& policy, int bits,
                                         const PolicySettings& settings, uint64_t seed,
                                         LayerQuantization* report);

// UsageError where `options` ask for what there is not: bits outside 1..16, a policy, a setting or
// a value of it that no policy knows.
Status CheckQuantizeOptions(const QuantizeOptions& options);

// The same, and where they do not fit `graph`: a key that chooses no layer, a setting that the
// policy of no layer knows.
Status CheckQuantizeOptions(const QuantizeOptions& options, const Graph& graph);

// The quantized form of every weight of `graph`, in the order of ListWeights; layers are quantized
// in parallel.
StatusOr<std::vector<QuantizedLayer>> QuantizeGraph(const Graph& graph,
                                                    const QuantizeOptions& options,
                                                    Progress* progress);

}  // namespace dc

#endif  // DC_QUANTIZE_H_
