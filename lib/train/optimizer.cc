#include "train/optimizer.h"

#include <algorithm>
#include <cmath>

#include "model/quantizer_training.h"

namespace dc::train {

int StateArrays(OptimizerKind kind) { return kind == OptimizerKind::kSgd ? 1 : 2; }

void ApplyStep(const OptimizerStep& step, std::span<const float> gradient, std::span<float> values,
               std::span<float> state0, std::span<float> state1) {
  const float* g = gradient.data();
  float* w = values.data();
  float* m = state0.data();
  const size_t n = values.size();
  const float beta1 = static_cast<float>(step.momentum);
  if (step.kind == OptimizerKind::kSgd) {
    const float rate = static_cast<float>(step.rate);
    for (size_t i = 0; i < n; ++i) {
      m[i] = beta1 * m[i] + g[i];
      w[i] -= rate * m[i];
    }
    return;
  }
  float* s = state1.data();
  const float beta2 = static_cast<float>(step.beta2);
  const double count = static_cast<double>(step.count);
  const float rate = static_cast<float>(step.rate / (1 - std::pow(step.momentum, count)));
  if (step.kind != OptimizerKind::kAdam) {
    const bool shift = step.kind == OptimizerKind::kShiftAdaMax && rate > 0;
    const float shift_rate = shift ? NearestPowerOfTwo(rate) : 0.0f;
    for (size_t i = 0; i < n; ++i) {
      m[i] = beta1 * m[i] + (1 - beta1) * g[i];
      s[i] = std::max(beta2 * s[i], std::abs(g[i]));
      w[i] -= shift ? shift_rate * m[i] * NearestPowerOfTwo(1 / (s[i] + 0x1p-27f))
                    : rate * m[i] / (s[i] + 1e-8f);
    }
    return;
  }
  const float correction = static_cast<float>(1 / (1 - std::pow(step.beta2, count)));
  for (size_t i = 0; i < n; ++i) {
    m[i] = beta1 * m[i] + (1 - beta1) * g[i];
    s[i] = beta2 * s[i] + (1 - beta2) * g[i] * g[i];
    w[i] -= rate * m[i] / (std::sqrt(s[i] * correction) + 1e-8f);
  }
}

}  // namespace dc::train
