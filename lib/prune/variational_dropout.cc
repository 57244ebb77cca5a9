#include "prune/variational_dropout.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>

namespace dc {
namespace {

// The paper's fit of the divergence.
constexpr float kK1 = 0.63576f, kK2 = 1.87320f, kK3 = 1.48695f;

// log sigma^2 at first, as in the authors' program; and its range: sigma from 5e-5, which is no
// noise, to 1.
constexpr float kFirst = -10, kLeast = -20, kGreatest = 0;

// Added to |theta|: alpha of a zero must stay a number.
constexpr float kTiny = 1e-8f;

// Where the parts of the latent values of n weights begin.
struct Places {
  explicit Places(size_t latents) : n((latents - 2) / 4) {}

  size_t n;
  size_t variances() const { return n; }
  size_t noise() const { return 2 * n; }
  size_t kept() const { return 3 * n; }
  size_t divergence() const { return 4 * n; }
  size_t ended() const { return 4 * n + 1; }
};

// The C library's exp, log and pow take one number at a time, which would be most of a step. These
// vectorise.

// 2^x for x from -126 to 0, to the precision of a float.
float PowerOfTwo(float x) {
  const auto whole = static_cast<int32_t>(x - 0.5f);  // the nearest: below zero this rounds up
  const float r = (x - static_cast<float>(whole)) * 0.69314718f;
  // e^r for |r| < 0.35.
  const float fraction =
      1 + r * (1 + r * (1.0f / 2 +
                        r * (1.0f / 6 + r * (1.0f / 24 + r * (1.0f / 120 + r * (1.0f / 720))))));
  return fraction * std::bit_cast<float>((whole + 127) << 23);
}

// sigma of log sigma^2 = `variance` <= 0.
float Deviation(float variance) { return PowerOfTwo(variance * 0.72134752f); }

// ratio^k3 = signal^3 * ratio^(k3 - 1.5), where ratio = signal^2, to one part in 1,000: the
// exponent of the second factor is so small that a logarithm to 0.01 will do.
float PowerK3(float signal) {
  const float ratio = signal * signal;
  const auto bits = std::bit_cast<int32_t>(ratio);
  const float mantissa = std::bit_cast<float>((bits & 0x7FFFFF) | 0x3F800000);
  const float log2 = static_cast<float>((bits >> 23) - 127) +
                     (2 - mantissa * (1.0f / 3)) * mantissa - 5.0f / 3;  // exact at 1 and 2
  const float x = (kK3 - 1.5f) * 0.69314718f * log2;                     // within 1.2 in all floats
  const float small =
      1 + x * (1 + x * (1.0f / 2 + x * (1.0f / 6 + x * (1.0f / 24 + x * (1.0f / 120)))));
  return ratio * signal * small;
}

// Minus the slope of the divergence by log alpha, where signal = |theta| / sigma = alpha^(-1/2).
// sigmoid(k2 + k3 log alpha) is 1 / (1 + e^-k2 ratio^k3).
float Slope(float signal) {
  constexpr float kExpMinusK2 = 0.153631f;
  const float rest = kExpMinusK2 * PowerK3(signal);
  const float ratio = signal * signal;
  const float sigmoid = 1 / (1 + rest);
  return kK1 * kK3 * sigmoid * (1 - sigmoid) + 0.5f * ratio / (1 + ratio);
}

// Numbers of mean 0 and deviation 1, near enough to normal: sums of four uniform ones. `draw` names
// the sequence; each of its numbers comes from its own index, so that loops vectorise.
float NoiseAt(uint64_t draw, size_t i) {
  // SplitMix64 (Steele, Lea and Flood 2014).
  uint64_t z = draw + (i + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  z ^= z >> 31;
  const auto sum =
      static_cast<int32_t>((z & 0xFFFF) + (z >> 16 & 0xFFFF) + (z >> 32 & 0xFFFF) + (z >> 48));
  // The variance of a whole number below 2^16 is (2^32 - 1) / 12.
  constexpr float kScale = 2.6429e-5f;
  return static_cast<float>(sum - 2 * 0xFFFF) * kScale;
}

class NoiseConstraint : public Constraint {
 public:
  void Project(std::span<float> latent, std::span<float> effective, uint64_t draw) const override {
    const Places at(latent.size());
    float* theta = latent.data();
    float* variances = theta + at.variances();
    float* noise = theta + at.noise();
    const float* kept = theta + at.kept();
    if (latent[at.ended()] != 0) {
      for (size_t i = 0; i < at.n; ++i) effective[i] = theta[i] = theta[i] * kept[i] + 0.0f;
      return;
    }
    for (size_t i = 0; i < at.n; ++i) variances[i] = std::clamp(variances[i], kLeast, kGreatest);
    if (draw == 0) {
      std::fill_n(noise, at.n, 0.0f);
    } else {
      for (size_t i = 0; i < at.n; ++i) noise[i] = NoiseAt(draw, i);
      for (size_t i = 0; i < at.n; ++i) noise[i] *= Deviation(variances[i]);
    }
    for (size_t i = 0; i < at.n; ++i) effective[i] = (theta[i] + noise[i]) * kept[i] + 0.0f;
  }

  void ReduceGradient(std::span<float> latent, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    const Places at(latent.size());
    const float* theta = latent.data();
    const float* variances = theta + at.variances();
    const float* noise = theta + at.noise();
    const float* kept = theta + at.kept();
    const float divergence = latent[at.divergence()];
    float* of_theta = latent_gradient.data();
    float* of_variance = of_theta + at.n;
    if (latent[at.ended()] != 0) {
      for (size_t i = 0; i < at.n; ++i) of_theta[i] = gradient[i] * kept[i];
      std::fill_n(of_variance, at.n, 0.0f);
      return;
    }
    // In blocks, and a loop each for what is written: with more arrays none would vectorise.
    constexpr size_t kBlock = 512;
    float slopes[kBlock], reaches[kBlock];
    for (size_t begin = 0; begin < at.n; begin += kBlock) {
      const size_t count = std::min(kBlock, at.n - begin);
      for (size_t i = 0; i < count; ++i) {
        const float length = std::abs(theta[begin + i]) + kTiny;
        slopes[i] = divergence * Slope(length / Deviation(variances[begin + i]));
        reaches[i] = 2 * theta[begin + i] / (length * length);
      }
      // d log alpha / d theta = -2 / theta; d (sigma e) / d log sigma^2 = sigma e / 2.
      for (size_t i = 0; i < count; ++i) {
        of_theta[begin + i] = (gradient[begin + i] + slopes[i] * reaches[i]) * kept[begin + i];
      }
      for (size_t i = 0; i < count; ++i) {
        of_variance[begin + i] =
            (0.5f * gradient[begin + i] * noise[begin + i] - slopes[i]) * kept[begin + i];
      }
    }
  }
};

}  // namespace

double NoiseDivergence(double log_alpha) {
  const double sigmoid = 1 / (1 + std::exp(-(kK2 + kK3 * log_alpha)));
  return -(kK1 * sigmoid - 0.5 * std::log1p(std::exp(-log_alpha)) - kK1);
}

double NoiseDivergenceSlope(double log_alpha) {
  return -Slope(static_cast<float>(std::exp(-log_alpha / 2)));
}

ConstrainedWeight MakeNoisyWeight(std::span<const float> weights) {
  ConstrainedWeight result;
  result.constraint = std::make_unique<NoiseConstraint>();
  result.latent.assign(weights.begin(), weights.end());
  result.latent.resize(2 * weights.size(), kFirst);
  result.latent.resize(3 * weights.size());
  for (const float weight : weights) result.latent.push_back(weight != 0.0f);
  result.latent.resize(4 * weights.size() + 2);
  result.rule_values = 2 * weights.size() + 2;
  return result;
}

void SetDivergence(double divergence, std::span<float> latent) {
  latent[Places(latent.size()).divergence()] = static_cast<float>(divergence);
}

void EndNoise(const std::vector<uint8_t>& mask, std::span<float> latent) {
  const Places at(latent.size());
  for (size_t i = 0; i < at.n; ++i) latent[at.kept() + i] = mask[i] ? 1.0f : 0.0f;
  latent[at.ended()] = 1;
}

bool HasEndedNoise(std::span<const float> latent) {
  return latent[Places(latent.size()).ended()] != 0;
}

RunningWeight NoisyWeight(std::span<const float> latent) {
  const size_t n = Places(latent.size()).n;
  const auto theta = latent.first(n), variances = latent.subspan(n, n);
  return {{theta.begin(), theta.end()}, {}, {variances.begin(), variances.end()}};
}

}  // namespace dc
