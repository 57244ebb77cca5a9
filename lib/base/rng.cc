#include "base/rng.h"

#include <cmath>
#include <utility>

namespace dc {
namespace {

// Steele, Lea and Flood 2014: spreads any seed, zero too, over 64 bits.
uint64_t SplitMix(uint64_t* x) {
  uint64_t z = (*x += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

uint64_t RotateLeft(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }

}  // namespace

Rng::Rng(uint64_t seed, uint64_t stream) {
  uint64_t x = seed;
  uint64_t mixed = SplitMix(&x) ^ (stream * 0xD1342543DE82EF95u);
  for (uint64_t& s : state_) s = SplitMix(&mixed);
}

uint64_t Rng::Next() {
  const uint64_t result = RotateLeft(state_[0] + state_[3], 23) + state_[0];
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

double Rng::Uniform() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }

uint32_t Rng::Below(uint32_t n) {
  // Multiply-shift: the probability of each value is within 2^-32 of 1 / n.
  return static_cast<uint32_t>(((Next() >> 32) * n) >> 32);
}

double Rng::Normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  // 1 - Uniform() is in (0, 1]: its logarithm is finite.
  const double radius = std::sqrt(-2.0 * std::log(1.0 - Uniform()));
  const double angle = 6.283185307179586 * Uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

void Rng::Shuffle(std::span<uint32_t> items) {
  for (size_t i = items.size(); i > 1; --i) {
    std::swap(items[i - 1], items[Below(static_cast<uint32_t>(i))]);
  }
}

}  // namespace dc
