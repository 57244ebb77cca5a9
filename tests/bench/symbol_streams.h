// Streams of symbols like those of compressed networks, for benchmarks of coders.
#ifndef DC_TESTS_BENCH_SYMBOL_STREAMS_H_
#define DC_TESTS_BENCH_SYMBOL_STREAMS_H_

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.h"
#include "dc/quantize.h"
#include "entropy/enc/code_lengths.h"

namespace dc {

// The weights that pruning keeps of Laplacian ones at `density` (the tail beyond a threshold, in
// units of the deviation-like scale 1), moved by retraining: normal noise of a quarter threshold.
inline std::vector<float> PrunedLaplacian(size_t survivors, double density, uint64_t seed) {
  Rng rng(seed);
  const double threshold = -std::log(density);
  std::vector<float> weights;
  weights.reserve(survivors);
  while (weights.size() < survivors) {
    // The tail of an exponential distribution is that distribution again, moved.
    const double magnitude = threshold - std::log(1.0 - rng.Uniform());
    const double sign = rng.Uniform() < 0.5 ? -1.0 : 1.0;
    const double value = sign * magnitude + 0.25 * threshold * rng.Normal();
    if (value != 0.0) weights.push_back(static_cast<float>(value));
  }
  return weights;
}

// The codes of `weights` under k-means with 2^bits - 1 centroids: 1 to 2^bits - 1, code 0 being the
// zero of a sparse layer. Empty on an error.
inline std::vector<uint16_t> KMeansCodes(std::vector<float> weights, int bits) {
  weights.push_back(0.0f);  // makes the layer sparse
  const Tensor tensor = Tensor::F32({static_cast<int64_t>(weights.size())}, weights);
  auto quantized = QuantizeWeight(tensor, "kmeans", bits, {}, 1, nullptr);
  if (!quantized.ok()) return {};
  quantized->codes.pop_back();
  return std::move(quantized->codes);
}

// How often each symbol occurs.
inline std::vector<SymbolCount> CountSymbols(std::span<const uint16_t> symbols) {
  std::vector<uint64_t> counts(65536, 0);
  for (uint16_t symbol : symbols) ++counts[symbol];
  std::vector<SymbolCount> result;
  for (uint32_t s = 0; s < counts.size(); ++s) {
    if (counts[s] > 0) result.push_back({s, counts[s]});
  }
  return result;
}

// Order-0 entropy in bits a symbol.
inline double Entropy(std::span<const SymbolCount> counts) {
  double total = 0, bits = 0;
  for (const SymbolCount& entry : counts) total += static_cast<double>(entry.count);
  for (const SymbolCount& entry : counts) {
    const double count = static_cast<double>(entry.count);
    bits -= count * std::log2(count / total);
  }
  return total > 0 ? bits / total : 0;
}

}  // namespace dc

#endif  // DC_TESTS_BENCH_SYMBOL_STREAMS_H_
