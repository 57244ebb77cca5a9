#include <gtest/gtest.h>

#include <cmath>

#include "quantize/policy.h"
#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

const Policy& FixedPoint() { return **FindPolicy("fixed_point"); }

QuantizedWeight Quantize(const std::vector<float>& values, int bits) {
  const Tensor tensor = Tensor::F32({static_cast<int64_t>(values.size())}, values);
  auto weight = QuantizeWeight(tensor, "fixed_point", bits, {}, 1, nullptr);
  EXPECT_TRUE(weight.ok());
  return *weight;
}

std::vector<float> Values(const QuantizedWeight& weight) {
  std::vector<float> values;
  for (const uint16_t code : weight.codes) values.push_back(weight.codebook[code]);
  return values;
}

TEST(FixedPoint, HandComputedDense) {
  // 3 bits: -4 .. 3 times a power of two. 0.75 = 3 * 0.25 and -1 = -4 * 0.25 fit without error; the
  // next smaller power clips both, and the next larger one rounds them. The codebook has what is
  // used.
  const QuantizedWeight weight = Quantize({0.75f, -1.0f, 0.3f, -0.5f}, 3);
  EXPECT_EQ(weight.codebook, (std::vector<float>{-1, -0.5f, 0.25f, 0.75f}));
  EXPECT_EQ(weight.codes, (std::vector<uint16_t>{3, 0, 2, 1}));
}

TEST(FixedPoint, HandComputedSparse) {
  // 0.1 rounds to zero and shares code 0 with what is pruned.
  const QuantizedWeight weight = Quantize({0.75f, 0, -0.5f, 0.1f, -0.75f}, 3);
  EXPECT_EQ(weight.codebook, (std::vector<float>{0, -0.75f, -0.5f, 0.75f}));
  EXPECT_EQ(weight.codes, (std::vector<uint16_t>{3, 0, 2, 0, 1}));
}

TEST(FixedPoint, ClipsAnOutlierWhenThatCostsLess) {
  // 1000 values on the grid of 1/8 and one at 1: without clipping the step is 1/2 and every value
  // is off by at least 1/8; with step 1/8 the outlier becomes 3/8, an error of (5/8)^2 in all.
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) values.push_back(i % 2 ? 0.125f : -0.375f);
  values.push_back(1.0f);
  const QuantizedWeight weight = Quantize(values, 3);
  EXPECT_EQ(weight.codebook, (std::vector<float>{-0.375f, 0.125f, 0.375f}));
  EXPECT_EQ(Values(weight).back(), 0.375f);
}

TEST(FixedPoint, NoOtherExponentHasLessError) {
  for (const int bits : {2, 3, 4, 8}) {
    for (const std::vector<float>& values : {LaplaceValues(2000, 5), SurvivorValues(2000, 6)}) {
      const QuantizedWeight weight = Quantize(values, bits);
      const std::vector<float> quantized = Values(weight);
      double error = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        error += std::pow(static_cast<double>(values[i]) - quantized[i], 2);
      }
      for (int exponent = -30; exponent < 5; ++exponent) {
        std::vector<double> grid;
        for (int n = -(1 << (bits - 1)); n < 1 << (bits - 1); ++n) {
          grid.push_back(std::ldexp(n, exponent));
        }
        EXPECT_LE(error, NearestError(values, grid) * (1 + 1e-12)) << bits << " " << exponent;
      }
    }
  }
}

TEST(FixedPoint, EntriesAreWholeNumbersOfAPowerOfTwo) {
  for (const int bits : {2, 7, 16}) {
    const QuantizedWeight weight = Quantize(LaplaceValues(500, 1), bits);
    float step = 0;  // the least power of two in any entry
    for (const float entry : weight.codebook) {
      int exponent = 0;
      const auto mantissa = static_cast<int>(std::ldexp(std::frexp(entry, &exponent), 24));
      if (mantissa == 0) continue;
      const float power = std::ldexp(static_cast<float>(mantissa & -mantissa), exponent - 24);
      step = step == 0 ? power : std::min(step, power);
    }
    for (const float entry : weight.codebook) {
      EXPECT_GE(entry / step, -std::ldexp(1.0f, bits - 1));
      EXPECT_LE(entry / step, std::ldexp(1.0f, bits - 1) - 1);
    }
  }
}

TEST(FixedPoint, OneBitMeansTwo) {
  EXPECT_EQ(FixedPoint().EffectiveBits(1), 2);
  EXPECT_EQ(Quantize({1, -1, 0.5f}, 1).bits, 2);
}

TEST(FixedPoint, ExtremeMagnitudes) {
  for (const float magnitude : {1.6e38f, 1e-38f, 1e-42f}) {
    const std::vector<float> original = {magnitude, -magnitude, magnitude / 3};
    const QuantizedWeight weight = Quantize(original, 8);
    for (const float value : weight.codebook) EXPECT_TRUE(std::isfinite(value));
    // The step is at least the least normal float, 2^-126.
    const std::vector<float> values = Values(weight);
    const double allowed = std::max(magnitude / 64.0, 0x1p-127);
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], original[i], allowed);
  }
}

TEST(FixedPoint, LatentWeightsAreRoundedAndClipped) {
  const std::vector<float> original = {0.75f, 0, -0.5f, 0.25f, -0.75f};
  const QuantizedWeight weight = Quantize(original, 3);
  ConstrainedWeight constrained = FixedPoint().MakeConstraint(weight, original);
  // The step follows the latent weights.
  ASSERT_EQ(constrained.latent.size(), 6u);
  EXPECT_EQ(constrained.latent[5], 0.25f);
  constrained.latent = {5.0f, 3.0f, -0.4f, 0.1f, -9.0f, 0.25f};
  std::vector<float> effective(5);
  constrained.constraint->Project(constrained.latent, effective, 0);
  EXPECT_EQ(effective, (std::vector<float>{0.75f, 0, -0.5f, 0, -1}));
  EXPECT_EQ(constrained.latent, (std::vector<float>{0.75f, 0, -0.4f, 0.1f, -1, 0.25f}));
  // Gradients go straight through; the step has none, and stays.
  std::vector<float> reduced(6, 9.0f);
  constrained.constraint->ReduceGradient(constrained.latent, std::vector<float>{1, 2, 3, 4, 5},
                                         reduced);
  EXPECT_EQ(reduced, (std::vector<float>{1, 0, 3, 4, 5, 0}));
  const QuantizedWeight finished = FixedPoint().Finish(weight, constrained.latent);
  EXPECT_EQ(finished.codebook, (std::vector<float>{0, -1, -0.5f, 0.75f}));
  EXPECT_EQ(finished.codes, (std::vector<uint16_t>{3, 0, 2, 0, 1}));
}

}  // namespace
}  // namespace dc
