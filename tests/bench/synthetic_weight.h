// Made-up weights with the statistics of pruned and quantized ones, for benchmarks.
#ifndef DC_TESTS_BENCH_SYNTHETIC_WEIGHT_H_
#define DC_TESTS_BENCH_SYNTHETIC_WEIGHT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"

namespace dc {

// Where the survivors of a pruned weight lie.
enum class Positions {
  kRandom,     // anywhere alike
  kClustered,  // rows and columns have densities of their own, which differ by up to a factor of 55
};

struct WeightStatistics {
  double density = 1;
  int bits = 5;  // of a code: 2^bits entries, the zero among them
  Positions positions = Positions::kRandom;
  uint64_t seed = 1;
};

// A weight with dimension 0 counting its outputs: Laplacian survivors, scaled so that outputs vary
// like inputs behind a ReLU (He's rule), in a k-means codebook of its own.
StatusOr<QuantizedWeight> SyntheticWeight(const std::vector<int64_t>& shape,
                                          const WeightStatistics& statistics);

// Gives `graph` such a weight under `name`, and a random bias of as many values as it has outputs
// under `bias`. The node that reads both must be there.
Status SetSyntheticWeight(Graph* graph, const std::string& name, const std::string& bias,
                          const std::vector<int64_t>& shape, const WeightStatistics& statistics);

}  // namespace dc

#endif  // DC_TESTS_BENCH_SYNTHETIC_WEIGHT_H_
