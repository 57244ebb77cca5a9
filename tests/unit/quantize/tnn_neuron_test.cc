// Neurons of ternary networks against every choice there is.
#include "quantize/methods/tnn_neuron.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

// What agrees with the teacher where sums below `low` become -1 and those above `high` 1.
double Agreement(const std::vector<float>& sums, const std::vector<float>& expected, double low,
                 double high) {
  double sum = 0;
  for (size_t s = 0; s < sums.size(); ++s) {
    const double fires = std::abs(expected[s]);
    const double up = expected[s] > 0 ? fires : 0, down = expected[s] < 0 ? fires : 0;
    sum += sums[s] > high ? up : sums[s] < low ? down : 1 - fires;
  }
  return sum;
}

TEST(BestThresholds, NoOthersAgreeMore) {
  std::vector<float> sums = NormalValues(200, 5), expected = NormalValues(200, 6);
  for (size_t s = 0; s < sums.size(); ++s) {
    sums[s] = std::nearbyint(100 * sums[s]);
    expected[s] = std::tanh(0.3f * sums[s] + 10 * expected[s] + 0.4f);
  }
  const OutputThresholds best = BestThresholds(sums, expected, /*whole=*/true);
  EXPECT_NEAR(best.agreement, Agreement(sums, expected, best.low, best.high), 1e-6);
  for (double low = -20.5; low < 20; ++low) {
    for (double high = low + 1; high < 21; ++high) {
      EXPECT_LE(Agreement(sums, expected, low, high), best.agreement + 1e-6);
    }
  }
}

TEST(BestThresholds, OfRealSumsAreOnAFineGrid) {
  std::vector<float> sums = NormalValues(500, 7), expected;
  for (float& sum : sums) sum *= 20;
  for (const float sum : sums) expected.push_back(sum > 0.7f ? 1.0f : sum < -1.1f ? -1.0f : 0.0f);
  const OutputThresholds best = BestThresholds(sums, expected, /*whole=*/false);
  EXPECT_NEAR(best.high, 0.7, 0.03);
  EXPECT_NEAR(best.low, -1.1, 0.03);
  EXPECT_GT(best.agreement, 485);
}

TEST(BestThresholds, OfEqualSums) {
  const std::vector<float> sums = {2, 2, 2}, expected = {0, 0, 1};
  const OutputThresholds best = BestThresholds(sums, expected, /*whole=*/true);
  EXPECT_LT(best.low, best.high);
  EXPECT_NEAR(best.agreement, 2, 1e-9);
  EXPECT_TRUE(best.low < 2 && best.high > 2);
}

TEST(FitNeuron, SumsAreThoseOfItsWeights) {
  NeuronInputs inputs{.values = NormalValues(30 * 40, 8), .samples = 40, .whole = false};
  const std::vector<float> weights = NormalValues(30, 9);
  std::vector<float> wanted(40, 0.0f);
  for (size_t k = 0; k < 30; ++k) {
    for (size_t s = 0; s < 40; ++s) wanted[s] += weights[k] * inputs.values[k * 40 + s];
  }
  const TernaryNeuron neuron = FitNeuron(inputs, weights, [&](std::span<const float> sums) {
    return SquaredCorrelation(sums, wanted);
  });
  std::vector<float> sums(40, 0.0f);
  for (size_t k = 0; k < 30; ++k) {
    EXPECT_GE(neuron.weights[k] * weights[k], 0.0f);  // of the same sign, or 0
    for (size_t s = 0; s < 40; ++s) {
      sums[s] += static_cast<float>(neuron.weights[k]) * inputs.values[k * 40 + s];
    }
  }
  EXPECT_THAT(neuron.sums, testing::Pointwise(testing::FloatNear(1e-4f), sums));
  // The largest weights are those that count.
  for (size_t a = 0; a < 30; ++a) {
    for (size_t b = 0; b < 30; ++b) {
      if (weights[a] * weights[b] > 0 && std::abs(weights[a]) > std::abs(weights[b])) {
        EXPECT_GE(std::abs(neuron.weights[a]), std::abs(neuron.weights[b]));
      }
    }
  }
  EXPECT_GT(SquaredCorrelation(neuron.sums, wanted), 0.75);
}

TEST(SquaredCorrelation, IsOneForLinesAndZeroForConstants) {
  const std::vector<float> sums = {1, 2, 4}, line = {5, 3, -1}, constant = {2, 2, 2};
  EXPECT_NEAR(SquaredCorrelation(sums, line), 1, 1e-12);
  EXPECT_EQ(SquaredCorrelation(constant, line), 0);
}

}  // namespace
}  // namespace dc
