// Codebooks: which values the survivors of a weight may take.
#ifndef DC_QUANTIZE_H_
#define DC_QUANTIZE_H_

#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/layer_settings.h"
#include "dc/progress.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"

namespace dc {

enum class CodebookInit { kLinear, kDensity, kRandom, kExact };

struct QuantizeOptions {
  LayerSettings policy;  // per layer; default "kmeans"
  LayerSettings bits;    // per layer; default 8 for conv, 5 for fc. A policy may fix its own.
  CodebookInit init = CodebookInit::kLinear;  // k-means only
  uint64_t seed = 1;
  int threads = 0;
};

// What quantizing did to one weight.
struct LayerQuantization {
  std::string name, policy;
  int bits = 0;
  int64_t entries = 0;   // codebook entries, the zero of a sparse layer included
  double rms_error = 0;  // root mean square of W - codebook[codes], survivors only
  double max_error = 0;
  int iterations = 0;  // Lloyd iterations until assignments stopped moving; 0 for exact
};

struct PolicyInfo {
  std::string name, paper, summary;
};

// Every registered policy, by name.
std::vector<PolicyInfo> ListPolicies();

// Quantizes one weight. A weight that holds a zero is sparse: its codebook gets entry 0 = 0.0,
// zeros get code 0 and the policy sees survivors only; `bits` then counts codes of survivors, so
// the codebook has up to 2^bits entries including the zero. BadInput on NaN or infinity, UsageError
// on bits outside 1..16 or an unknown policy.
StatusOr<QuantizedWeight> QuantizeWeight(const Tensor& weight, const std::string& policy, int bits,
                                         CodebookInit init, uint64_t seed,
                                         LayerQuantization* report);

// Quantizes every weight of `graph` in place, layers in parallel.
StatusOr<std::vector<LayerQuantization>> QuantizeGraph(const QuantizeOptions& options, Graph* graph,
                                                       Progress* progress);

}  // namespace dc

#endif  // DC_QUANTIZE_H_
