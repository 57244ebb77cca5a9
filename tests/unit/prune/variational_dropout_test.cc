#include "prune/variational_dropout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "dc/prune.h"
#include "prune/criteria/criterion.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using testing::HasSubstr;

// The divergence of N(theta, alpha theta^2) from the log-uniform prior, by the midpoint rule: the
// mean of log|1 + sqrt(alpha) z| over normal z, minus log(alpha) / 2, plus what makes it 0 for
// great alpha: (Euler's constant + log 2) / 2. The rule's points miss the logarithm's pole.
double IntegratedDivergence(double log_alpha) {
  const double deviation = std::exp(log_alpha / 2), step = 1.0 / 4096;
  double mean = 0;
  for (int i = -10 * 4096; i < 10 * 4096; ++i) {
    const double z = (i + 0.5) * step;
    mean += std::log(std::abs(1 + deviation * z)) * std::exp(-z * z / 2) * step;
  }
  constexpr double kRootTwoPi = 2.5066282746310002, kLimit = 0.6351814227307392;
  return mean / kRootTwoPi - log_alpha / 2 + kLimit;
}

TEST(NoiseDivergence, IsTheIntegralThatItApproximates) {
  for (const double log_alpha : {-8.0, -4.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 6.0}) {
    EXPECT_NEAR(NoiseDivergence(log_alpha), IntegratedDivergence(log_alpha), 0.01) << log_alpha;
  }
  EXPECT_NEAR(NoiseDivergence(40), 0, 1e-6);
  // Without noise the divergence grows like -log(alpha) / 2.
  EXPECT_NEAR(NoiseDivergence(-30) - NoiseDivergence(-32), -1, 1e-4);
}

TEST(NoiseDivergence, HasTheSlopeOfItsDifferences) {
  for (double log_alpha = -12; log_alpha < 8; log_alpha += 0.7) {
    const double h = 1e-4;
    const double difference =
        (NoiseDivergence(log_alpha + h) - NoiseDivergence(log_alpha - h)) / (2 * h);
    EXPECT_NEAR(NoiseDivergenceSlope(log_alpha), difference, 1e-4) << log_alpha;
  }
}

// A weight of four values, the last one pruned, with variances and a divergence.
ConstrainedWeight NoisyExample() {
  ConstrainedWeight weight = MakeNoisyWeight(std::vector<float>{0.5f, -0.1f, 0.02f, 0.0f});
  const std::vector<float> variances = {-6, -4, -3, -2};
  std::copy(variances.begin(), variances.end(), weight.latent.begin() + 4);
  SetDivergence(0.25, weight.latent);
  return weight;
}

TEST(NoisyWeight, TrainsMeansAndVariancesOfTheLossAndTheDivergence) {
  ConstrainedWeight weight = NoisyExample();
  std::vector<float> effective(4);
  weight.constraint->Project(weight.latent, effective, 77);
  // The normal numbers e that were drawn; the loss is the product of `slopes` and the weights.
  const std::vector<float> slopes = {0.3f, -2.0f, 1.0f, 5.0f};
  std::vector<double> e;
  for (size_t i = 0; i < 4; ++i) {
    e.push_back((effective[i] - weight.latent[i]) / std::exp(0.5 * weight.latent[4 + i]));
  }
  const auto loss = [&](size_t i, double theta, double variance) {
    return slopes[i] * (theta + std::exp(variance / 2) * e[i]) +
           0.25 * NoiseDivergence(variance - std::log(theta * theta));
  };
  std::vector<float> gradient(8);
  ASSERT_EQ(weight.latent.size() - weight.rule_values, gradient.size());
  weight.constraint->ReduceGradient(weight.latent, slopes, gradient);
  for (size_t i = 0; i < 3; ++i) {
    const double theta = weight.latent[i], variance = weight.latent[4 + i], h = 1e-5;
    const double by_theta = (loss(i, theta + h, variance) - loss(i, theta - h, variance)) / (2 * h);
    const double by_variance =
        (loss(i, theta, variance + h) - loss(i, theta, variance - h)) / (2 * h);
    EXPECT_NEAR(gradient[i], by_theta, 1e-3 * std::abs(by_theta)) << i;
    EXPECT_NEAR(gradient[4 + i], by_variance, 1e-3 * std::abs(by_variance)) << i;
  }
  // What was pruned before is neither noise nor trained.
  EXPECT_EQ(effective[3], 0.0f);
  EXPECT_EQ(gradient[3], 0.0f);
  EXPECT_EQ(gradient[7], 0.0f);
}

TEST(NoisyWeight, DrawsNoiseOfItsDeviation) {
  const size_t n = 20000;
  ConstrainedWeight weight = MakeNoisyWeight(std::vector<float>(n, 1.0f));
  std::fill_n(weight.latent.begin() + n, n, std::log(0.04f));  // a deviation of 0.2
  std::vector<float> first(n), second(n), again(n), none(n);
  weight.constraint->Project(weight.latent, first, 5);
  weight.constraint->Project(weight.latent, second, 6);
  weight.constraint->Project(weight.latent, again, 5);
  weight.constraint->Project(weight.latent, none, 0);
  EXPECT_EQ(first, again);
  EXPECT_EQ(none, std::vector<float>(n, 1.0f));
  double sum = 0, squares = 0, products = 0;
  for (size_t i = 0; i < n; ++i) {
    sum += first[i] - 1;
    squares += (first[i] - 1.0) * (first[i] - 1);
    products += (first[i] - 1.0) * (second[i] - 1);
  }
  // Deviations of these means: 0.0014, 0.0004 and 0.0003.
  EXPECT_NEAR(sum / n, 0, 0.006);
  EXPECT_NEAR(squares / n, 0.04, 0.0016);
  EXPECT_NEAR(products / n, 0, 0.0012);
}

TEST(NoisyWeight, KeepsItsMaskWhenNoiseHasEnded) {
  ConstrainedWeight weight = NoisyExample();
  EXPECT_FALSE(HasEndedNoise(weight.latent));
  EndNoise({1, 0, 1, 0}, weight.latent);
  EXPECT_TRUE(HasEndedNoise(weight.latent));
  std::vector<float> effective(4), gradient(8);
  weight.constraint->Project(weight.latent, effective, 77);
  EXPECT_THAT(effective, ElementsAre(0.5f, 0, 0.02f, 0));
  weight.constraint->ReduceGradient(weight.latent, std::vector<float>{1, 2, 3, 4}, gradient);
  EXPECT_THAT(gradient, ElementsAre(1, 0, 3, 0, 0, 0, 0, 0));
  // A momentum that is left moves no pruned weight.
  weight.latent[1] = 0.3f;
  weight.constraint->Project(weight.latent, effective, 78);
  EXPECT_THAT(effective, ElementsAre(0.5f, 0, 0.02f, 0));
  EXPECT_EQ(weight.latent[1], 0.0f);
}

TEST(SignalScores, AreOneOverAlpha) {
  const std::vector<float> values = {2, -0.5f, 0}, variances = {std::log(0.5f), 0, -9};
  EXPECT_THAT(SignalScores(values, variances), ElementsAre(FloatNear(8, 1e-5f), FloatEq(0.25f), 0));
}

TEST(ChooseMasks, NoiseGoesByLogAlphaOrByDensity) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 1}}};
  graph.initializers["a"] = Tensor::F32({1, 3}, std::vector<float>(3, 1.0f));
  graph.initializers["b"] = Tensor::F32({3, 1}, std::vector<float>(3, 1.0f));
  graph.nodes = {{"", "Gemm", "", {"x", "a"}, {"h"}, {}}, {"", "Gemm", "", {"h", "b"}, {"y"}, {}}};
  // log alpha: 4, 3, 2.9 and 5, 4.5, 6.
  const std::map<std::string, RunningWeight> weights = {{"a", {{1, -1, 1}, {}, {4, 3, 2.9f}}},
                                                        {"b", {{1, 1, -1}, {}, {5, 4.5f, 6}}}};
  PruneOptions options;
  options.importance = PruneImportance::kVariational;
  options.criterion = PruneCriterion::kThreshold;
  options.amounts = *LayerSettings::Parse("*=3.5");
  const auto by_alpha = ChooseMasksAt(graph, weights, options, 1.0);
  ASSERT_TRUE(by_alpha.ok()) << by_alpha.status().ToString();
  EXPECT_THAT(by_alpha->at("a"), ElementsAre(0, 1, 1));
  EXPECT_THAT(by_alpha->at("b"), ElementsAre(0, 1, 0));  // a layer keeps its best weight
  options.criterion = PruneCriterion::kGlobalDensity;
  options.amounts = {};
  options.global_density = 4.0 / 6;
  const auto by_density = ChooseMasksAt(graph, weights, options, 1.0);
  ASSERT_TRUE(by_density.ok()) << by_density.status().ToString();
  EXPECT_THAT(by_density->at("a"), ElementsAre(1, 1, 1));
  EXPECT_THAT(by_density->at("b"), ElementsAre(0, 1, 0));
  EXPECT_THAT(ChooseMasks(graph, options).status().ToString(), HasSubstr("noise"));
}

}  // namespace
}  // namespace dc
