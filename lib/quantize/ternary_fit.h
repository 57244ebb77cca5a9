// Thresholds and scales of ternary weights: Li, Zhang and Liu 2016 (arXiv 1605.04711).
#ifndef DC_QUANTIZE_TERNARY_FIT_H_
#define DC_QUANTIZE_TERNARY_FIT_H_

#include <cmath>
#include <cstddef>
#include <span>

namespace dc {

// W ~ scale * {-1, 0, +1}, nonzero where |w| > threshold.
struct TernaryFit {
  float threshold = 0, scale = 0;
};

// The mean magnitude of the values above `threshold`; 0 where there are none.
inline float MeanAbove(std::span<const float> values, float threshold) {
  double sum = 0;
  size_t count = 0;
  for (const float value : values) {
    const float magnitude = std::abs(value);
    if (magnitude <= threshold) continue;
    sum += magnitude;
    ++count;
  }
  return count ? static_cast<float>(sum / static_cast<double>(count)) : 0.0f;
}

// The threshold 0.7 * mean |w| (equation 6, approximating the optimum) and the mean magnitude above
// it (equation 5). With `without_zeros` zeros are pruned and take no part in the mean.
inline TernaryFit FitTernary(std::span<const float> values, bool without_zeros) {
  constexpr double kThresholdShare = 0.7;
  double sum = 0;
  size_t count = 0;
  for (const float value : values) {
    sum += std::abs(static_cast<double>(value));
    count += !without_zeros || value != 0.0f;
  }
  TernaryFit fit;
  if (count == 0) return fit;
  fit.threshold = static_cast<float>(kThresholdShare * sum / static_cast<double>(count));
  fit.scale = MeanAbove(values, fit.threshold);
  return fit;
}

}  // namespace dc

#endif  // DC_QUANTIZE_TERNARY_FIT_H_
