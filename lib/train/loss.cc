#include "train/loss.h"

#include <algorithm>
#include <cmath>

namespace dc::train {

void LossSums::Add(const LossSums& other) {
  loss += other.loss;
  errors += other.errors;
  top5_errors += other.top5_errors;
  count += other.count;
}

LossSums SoftmaxCrossEntropy(std::span<const float> logits, std::span<const int32_t> labels,
                             int64_t classes, double smoothing, double gradient_scale,
                             std::span<float> gradient) {
  LossSums sums;
  sums.count = static_cast<int64_t>(labels.size());
  const double spread = smoothing / static_cast<double>(classes);
  for (size_t row = 0; row < labels.size(); ++row) {
    const float* z = logits.data() + row * classes;
    const int32_t label = labels[row];
    const double greatest = *std::max_element(z, z + classes);
    double total = 0, sum_of_logits = 0;
    int64_t ahead = 0;  // classes that come before the label when sorted by logit, then by index
    for (int64_t c = 0; c < classes; ++c) {
      total += std::exp(z[c] - greatest);
      sum_of_logits += z[c];
      const bool behind = z[c] < z[label] || (z[c] == z[label] && c >= label);
      if (!behind) ++ahead;
    }
    const double log_total = greatest + std::log(total);
    // -sum over c of target[c] * (z[c] - log_total).
    sums.loss += log_total - (1 - smoothing) * z[label] - spread * sum_of_logits;
    if (ahead > 0) ++sums.errors;
    if (ahead > 4) ++sums.top5_errors;
    if (gradient.empty()) continue;
    float* dz = gradient.data() + row * classes;
    for (int64_t c = 0; c < classes; ++c) {
      const double target = spread + (c == label ? 1 - smoothing : 0);
      dz[c] = static_cast<float>(gradient_scale * (std::exp(z[c] - log_total) - target));
    }
  }
  return sums;
}

}  // namespace dc::train
