// One neuron of a ternary network that is made like one of its teacher's: Alemdar et al. 2017
// (arXiv 1609.00222), section III.B.
#ifndef DC_QUANTIZE_METHODS_TNN_NEURON_H_
#define DC_QUANTIZE_METHODS_TNN_NEURON_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace dc {

// What neurons of a layer read on some samples: input k of sample s is values[k * samples + s].
struct NeuronInputs {
  std::vector<float> values;
  size_t samples = 0;
  bool whole = false;  // all of them are whole numbers, and so are sums of them
};

// Output -1 below `low`, 1 above `high`, 0 between them. low < high.
struct OutputThresholds {
  float low = -0.5f, high = 0.5f;
  // The samples on which that is what the teacher fires, expected over its chances.
  double agreement = 0;
};

// The thresholds of `sums`, one for each sample, that agree the most with a teacher that fires the
// sign of expected[s] with probability |expected[s]|, else 0. Where `whole` they lie half-way
// between whole numbers, else on one of 256 places.
OutputThresholds BestThresholds(std::span<const float> sums, std::span<const float> expected,
                                bool whole);

// How well sums do; greater is better.
using SumScore = std::function<double(std::span<const float> sums)>;

// Weights of -1, 0 and 1, and the sums that they make of `inputs`.
struct TernaryNeuron {
  std::vector<int8_t> weights;
  std::vector<float> sums;
};

// Two thresholds on `weights`, one for each sign, that do best by `score`: the same share of the
// positive and the negative ones first, then each by steps that are halved.
TernaryNeuron FitNeuron(const NeuronInputs& inputs, std::span<const float> weights,
                        const SumScore& score);

// The square of the correlation of `sums` with `wanted`; 0 where one of them does not change.
double SquaredCorrelation(std::span<const float> sums, std::span<const float> wanted);

}  // namespace dc

#endif  // DC_QUANTIZE_METHODS_TNN_NEURON_H_
