// What positions cost: bytes of the positions stream over the entropy n H(p) of as many independent
// bits, and how long they take to decode. 1,000 x 1,000 positions.
#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "entropy/dec/weight_decoder.h"
#include "entropy/enc/weight_encoder.h"

namespace dc {
namespace {

constexpr MatrixShape kShape{1000, 1000};
constexpr float kCodebook[] = {0.0f, 1.0f};

// Survivors with a chance of `density`, all alike; or, where `clustered`, times a factor of each
// row and one of each column between e^-2 and e^2.
std::vector<uint16_t> Mask(double density, bool clustered) {
  Rng rng(1);
  const double spread = clustered ? 4.0 : 0.0;
  std::vector<double> rows(kShape.rows), columns(kShape.columns);
  for (double& factor : rows) factor = std::exp(spread * (rng.Uniform() - 0.5));
  for (double& factor : columns) factor = std::exp(spread * (rng.Uniform() - 0.5));
  std::vector<uint16_t> codes;
  for (double row : rows) {
    for (double column : columns) codes.push_back(rng.Uniform() < density * row * column);
  }
  return codes;
}

// Arguments: survivors in 10,000; clustered; coder.
void Positions(benchmark::State& state) {
  const std::vector<uint16_t> codes =
      Mask(static_cast<double>(state.range(0)) / 10000.0, state.range(1) != 0);
  const CoderChoice coder = static_cast<CoderChoice>(state.range(2));
  const EncodedWeight weight =
      EncodeWeight(kShape, kCodebook, codes, {true, 0, ScanChoice::kAuto, coder});
  for (auto unused : state) {
    auto decoded = DecodeWeight(kShape, kCodebook, weight.codes, weight.positions);
    benchmark::DoNotOptimize(decoded);
  }
  double survivors = 0;
  for (uint16_t code : codes) survivors += code;
  const double n = static_cast<double>(codes.size()), p = survivors / n;
  const double entropy = -n * (p * std::log2(p) + (1 - p) * std::log2(1 - p)) / 8;
  state.SetLabel(KeywordOf(weight.coding.positions));
  state.counters["density"] = p;
  state.counters["over_entropy"] = static_cast<double>(weight.positions.size()) / entropy;
  state.counters["bits_a_survivor"] = 8 * static_cast<double>(weight.positions.size()) / survivors;
}
BENCHMARK(Positions)
    ->ArgNames({"p10000", "clustered", "coder"})
    ->ArgsProduct({{1000, 500, 100, 50},
                   {0, 1},
                   {static_cast<int>(CoderChoice::kHuffman),
                    static_cast<int>(CoderChoice::kContext)}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace dc
