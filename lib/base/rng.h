// Random numbers that depend on the seed alone: the standard's engines are portable but its
// distributions are not. Everything here is exact integer or IEEE arithmetic and the same on every
// machine, but for Normal(), which is as exact as the C library's log, sin and cos.
#ifndef DC_BASE_RNG_H_
#define DC_BASE_RNG_H_

#include <cstdint>
#include <span>

namespace dc {

// xoshiro256++ (Blackman and Vigna, 2019), seeded through SplitMix64.
class Rng {
 public:
  // `stream` separates generators that share a seed (one per epoch, one per layer, ...).
  explicit Rng(uint64_t seed, uint64_t stream = 0);

  // 64 uniform bits.
  uint64_t Next();
  // Uniform in [0, 1) with 53 bits.
  double Uniform();
  // Uniform in [0, n); 0 for n == 0.
  uint32_t Below(uint32_t n);
  // Normal with mean 0 and deviation 1 (Box and Muller, 1958).
  double Normal();

  // Fisher-Yates shuffle of `items`, which are fewer than 2^32.
  void Shuffle(std::span<uint32_t> items);

 private:
  uint64_t state_[4];
  bool has_spare_ = false;
  double spare_ = 0;  // the second value of the last Box-Muller pair
};

}  // namespace dc

#endif  // DC_BASE_RNG_H_
