// Probabilities that learn from the bits they predict, and their mixture.
#ifndef DC_ENTROPY_COMMON_ADAPTIVE_BIT_H_
#define DC_ENTROPY_COMMON_ADAPTIVE_BIT_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "entropy/common/logistic.h"

namespace dc {

// The probability of a one in one context: 22 bits, and in the low 10 bits the number of bits seen,
// 1023 at most. Young estimates move fast, old ones at a steady rate.
class AdaptiveBit {
 public:
  // The probability in units of 2^-12, rounded down.
  uint32_t p12() const { return state_ >> 20; }

  void Update(bool bit, const Logistic& tables) {
    constexpr uint32_t kMostSeen = Logistic::kRates - 1;
    const uint32_t seen = state_ & kMostSeen;
    const int64_t p = state_ >> 10;
    const int64_t target = bit ? (1 << 22) - 1 : 0;
    // Rounded towards minus infinity.
    const int64_t step = ((target - p) * tables.Rate(seen)) >> 16;
    state_ += (static_cast<uint32_t>(step) << 10) + (seen < kMostSeen);
  }

 private:
  uint32_t state_ = 1u << 31;
};

// Weighs `kInputs` log odds and learns the weights (units of 2^-16) from the outcome: a step of
// gradient descent on the code length, of size 2^-(kShift - 7).
template <size_t kInputs, int kShift>
class Mixer {
 public:
  explicit Mixer(int64_t weight) { weights_.fill(weight); }

  // The mixture of `inputs`, in log odds.
  int Mix(const std::array<int, kInputs>& inputs) const {
    int64_t sum = 0;
    for (size_t i = 0; i < kInputs; ++i) sum += weights_[i] * inputs[i];
    return static_cast<int>(std::clamp<int64_t>(sum >> 16, -kLogOddsLimit, kLogOddsLimit));
  }
  // `p16`: the probability that was used for `bit`.
  void Update(const std::array<int, kInputs>& inputs, uint32_t p16, bool bit) {
    const int32_t error = (bit ? 65536 : 0) - static_cast<int32_t>(p16);
    for (size_t i = 0; i < kInputs; ++i) {
      weights_[i] += (inputs[i] * error + (1 << (kShift - 1))) >> kShift;
    }
  }

 private:
  // A step is below 2^13, so that the 2^36 bits that a weight has at most leave room.
  std::array<int64_t, kInputs> weights_;
};

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_ADAPTIVE_BIT_H_
