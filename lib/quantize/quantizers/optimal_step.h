// Steps of uniform grids that have the least squared error.
#ifndef DC_QUANTIZE_QUANTIZERS_OPTIMAL_STEP_H_
#define DC_QUANTIZE_QUANTIZERS_OPTIMAL_STEP_H_

#include <span>

namespace dc {

enum class Distribution { kGaussian, kLaplacian };

// The step of a symmetric grid of 2^bits levels at (n + 1/2) * step, n from -2^(bits-1) to
// 2^(bits-1) - 1, whose squared error on a distribution of mean 0 and deviation 1 is the least.
// Computed, not looked up: Max 1960; Lin, Talathi and Annapureddy 2016 have the table.
double OptimalStep(Distribution distribution, int bits);

// Of that grid: the signal to quantization noise ratio in dB, a number of Lin et al.'s table.
double OptimalSqnr(Distribution distribution, int bits);

// The step s of least sum (w - s * clip(round(w / s), -most, most))^2, by alternating between the
// numbers and the step from several starts.
double LeastSquaresStep(std::span<const float> w, int most);

// The power of two s of least sum (w - s * clip(round(w / s), low, high))^2, low < 0 < high; 0
// where all weights are. Steps are normal floats.
double LeastSquaresPower(std::span<const float> w, int low, int high);

}  // namespace dc

#endif  // DC_QUANTIZE_QUANTIZERS_OPTIMAL_STEP_H_
