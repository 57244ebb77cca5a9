// Second-order importance with squared gradients for the curvature.
#include <algorithm>
#include <limits>
#include <numeric>

#include "prune/criteria/criterion.h"

namespace dc {

std::vector<float> FisherScores(std::span<const float> values, std::span<const float> squares) {
  constexpr double kTrace = 1e-6;
  const double sum = std::accumulate(squares.begin(), squares.end(), 0.0);
  const double trace = kTrace * sum / static_cast<double>(std::max<size_t>(squares.size(), 1));
  std::vector<float> scores(values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0.0f) continue;
    const double value = values[i];
    const double score = value * value * (squares[i] + trace);
    scores[i] = std::max(static_cast<float>(score), std::numeric_limits<float>::min());
  }
  return scores;
}

}  // namespace dc
