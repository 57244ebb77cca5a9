// Layer-adaptive magnitudes: scores that compare weights across layers.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "prune/criteria/criterion.h"

namespace dc {

std::vector<float> LampScores(std::span<const float> values) {
  std::vector<uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0u);
  // Of equal magnitudes the first counts as the larger one, as in MaskOfLargest.
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return std::abs(values[a]) > std::abs(values[b]);
  });
  std::vector<float> scores(values.size());
  double larger = 0;  // sum of squares of this weight and those before it
  for (const uint32_t i : order) {
    const double square = static_cast<double>(values[i]) * values[i];
    larger += square;
    if (square > 0) scores[i] = static_cast<float>(square / larger);
  }
  return scores;
}

}  // namespace dc
