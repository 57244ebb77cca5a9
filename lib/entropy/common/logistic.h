// The logistic function and its inverse in integers, for mixing probabilities, and the rates at
// which these learn.
#ifndef DC_ENTROPY_COMMON_LOGISTIC_H_
#define DC_ENTROPY_COMMON_LOGISTIC_H_

#include <algorithm>
#include <array>
#include <cstdint>

namespace dc {

// Log odds are in units of 1/128, within +-11 * 128.
inline constexpr int kLogOddsLimit = 11 * 128;

// Their tables. They are part of the format: no entry is near a rounding tie (a test
// checks that), so every machine computes the same.
class Logistic {
 public:
  // Computed once, at the first call.
  static const Logistic& Get();

  // 128 * ln(p / (1 - p)) for p = (p12 + 1/2) / 4096, rounded; p12 below 4096.
  int Stretch(uint32_t p12) const { return stretch_[p12]; }
  // 65536 / (1 + e^(-x / 128)), rounded, for x limited to +-kLogOddsLimit: 1 to 65535.
  uint32_t Squash(int x) const {
    return squash_[static_cast<size_t>(std::clamp(x, -kLogOddsLimit, kLogOddsLimit) +
                                       kLogOddsLimit)];
  }

  // Rate(n) / 65536 = 1 / (n + 3/2), rounded down: how far the bit after n others moves an
  // estimate; n below kRates.
  static constexpr uint32_t kRates = 1024;
  int64_t Rate(uint32_t n) const { return rates_[n]; }

 private:
  Logistic();

  std::array<int16_t, 4096> stretch_;
  std::array<uint16_t, 2 * kLogOddsLimit + 1> squash_;
  std::array<uint16_t, kRates> rates_;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_LOGISTIC_H_
