// Values to cluster, and the error of a clustering, computed the slow and obvious way.
#ifndef DC_TESTS_UNIT_QUANTIZE_SAMPLE_VALUES_H_
#define DC_TESTS_UNIT_QUANTIZE_SAMPLE_VALUES_H_

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/rng.h"

namespace dc {

inline std::vector<float> NormalValues(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(0.05 * rng.Normal());
  return values;
}

inline std::vector<float> LaplaceValues(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& value : values) {
    const double u = rng.Uniform() - 0.5;
    value = static_cast<float>(std::copysign(0.02 * std::log(1 - 2 * std::abs(u)), u));
  }
  return values;
}

// Values away from zero, as magnitude pruning leaves them.
inline std::vector<float> SurvivorValues(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values;
  while (values.size() < count) {
    const double value = rng.Normal();
    if (std::abs(value) > 1.2) values.push_back(static_cast<float>(0.1 * value));
  }
  return values;
}

// Sum of squared distances to the nearest of `centroids`.
template <typename T>
double NearestError(std::span<const float> values, const std::vector<T>& centroids) {
  double total = 0;
  for (const float value : values) {
    double best = INFINITY;
    for (const T centroid : centroids) {
      const double d = static_cast<double>(value) - static_cast<double>(centroid);
      best = std::min(best, d * d);
    }
    total += best;
  }
  return total;
}

}  // namespace dc

#endif  // DC_TESTS_UNIT_QUANTIZE_SAMPLE_VALUES_H_
