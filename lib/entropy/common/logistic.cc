#include "entropy/common/logistic.h"

#include <cmath>

namespace dc {

Logistic::Logistic() {
  for (size_t p = 0; p < stretch_.size(); ++p) {
    const double ones = static_cast<double>(p) + 0.5;
    stretch_[p] = static_cast<int16_t>(std::lround(128.0 * std::log(ones / (4096.0 - ones))));
  }
  for (int x = -kLogOddsLimit; x <= kLogOddsLimit; ++x) {
    squash_[static_cast<size_t>(x + kLogOddsLimit)] =
        static_cast<uint16_t>(std::lround(65536.0 / (1.0 + std::exp(-x / 128.0))));
  }
  for (uint32_t n = 0; n < kRates; ++n) rates_[n] = static_cast<uint16_t>(131072 / (2 * n + 3));
}

const Logistic& Logistic::Get() {
  static const Logistic tables;
  return tables;
}

}  // namespace dc
