// Quantizers of weights against their papers' equations, worked by hand, and what all must do.
#include "quantize/quantizers/quantizers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantize/quantizer.h"
#include "quantize/quantizer_constraint.h"
#include "quantize/quantizers/minifloat.h"
#include "quantize/quantizers/optimal_step.h"
#include "quantize/quantizers/power_grid.h"
#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::FloatNear;
using testing::Pointwise;

using Settings = std::map<std::string, std::string>;

// A layer of `outputs` rows.
WeightRef Layer(int64_t outputs, int64_t inputs) {
  WeightRef ref;
  ref.name = "w";
  ref.shape = {outputs, inputs};
  ref.output_axis = 0;
  return ref;
}

// A weight under a quantizer.
struct Trial {
  Trial(const QuantizerSpec& spec, const WeightRef& ref, std::vector<float> weights,
        bool pruned = false)
      : constraint(spec, ref, weights, pruned),
        latent(constraint.FirstLatent(weights)),
        effective(weights.size()) {
    Project();
  }
  void Project(uint64_t draw = 0) { constraint.Project(latent, effective, draw); }
  std::vector<float> Gradient(const std::vector<float>& gradient) {
    std::vector<float> result(latent.size());
    constraint.ReduceGradient(latent, gradient, result);
    return result;
  }

  QuantizerConstraint constraint;
  std::vector<float> latent, effective;
};

std::vector<QuantizerSpec> SpecsOf(const QuantizerEntry& entry) {
  std::vector<QuantizerSpec> specs;
  for (int bits = entry.info.least_bits; bits <= entry.info.most_bits; bits += 3) {
    specs.push_back({entry.info.name, bits, {}});
    for (const QuantizerOption& option : entry.info.options) {
      for (const std::string& value : option.values) {
        specs.push_back({entry.info.name, bits, {{option.name, value}}});
        if (option.name == "range") {
          specs.push_back({entry.info.name, bits, {{option.name, value}, {"of", "channel"}}});
        }
      }
    }
  }
  return specs;
}

class EveryQuantizer : public testing::TestWithParam<QuantizerSpec> {};

std::vector<QuantizerSpec> AllSpecs() {
  std::vector<QuantizerSpec> all;
  for (const QuantizerEntry& entry : AllQuantizers()) {
    for (QuantizerSpec& spec : SpecsOf(entry)) all.push_back(std::move(spec));
  }
  return all;
}

// What Finish says is what training computed with, pruned weights are exact zeros, and all of it
// stays so after any step.
TEST_P(EveryQuantizer, FinishesAsItProjects) {
  ASSERT_TRUE(CheckQuantizer(GetParam()).ok()) << CheckQuantizer(GetParam()).ToString();
  for (const bool pruned : {false, true}) {
    std::vector<float> weights = NormalValues(60, 3);
    for (float& w : weights) w *= 0.7f;
    if (pruned) {
      for (size_t i = 0; i < weights.size(); i += 3) weights[i] = 0.0f;
    }
    Trial trial(GetParam(), Layer(5, 12), weights, pruned);
    for (int step = 0; step < 3; ++step) {
      // An INQ weight is on its grid once all of it is frozen.
      if (GetParam().name == "inq") {
        FreezeShare(1.0, GetParam().bits, true, 1, trial.latent);
      }
      trial.Project();
      const QuantizedWeight weight = trial.constraint.Finish(trial.latent);
      EXPECT_EQ(weight.Values(), trial.effective);
      if (pruned) {
        EXPECT_TRUE(weight.sparse());
        for (size_t i = 0; i < weights.size(); i += 3) EXPECT_EQ(trial.effective[i], 0.0f);
      }
      const std::vector<float> gradient = trial.Gradient(NormalValues(60, 7));
      for (size_t i = 0; pruned && i < weights.size(); i += 3) EXPECT_EQ(gradient[i], 0.0f);
      for (size_t i = 0; i < trial.latent.size(); ++i) {
        if (std::isfinite(trial.latent[i])) trial.latent[i] -= 0.05f * gradient[i];
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryQuantizer, testing::ValuesIn(AllSpecs()), [](const auto& row) {
  std::string name = row.param.ToString();
  for (char& c : name) {
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  return name;
});

TEST(Binary, SignsOfLatentWeightsThatAreClipped) {
  Trial trial({"binary", 1, {{"clip", "yes"}}}, Layer(1, 4), {0.5f, -3.0f, 0.0f, -0.25f});
  EXPECT_THAT(trial.effective, ElementsAre(1, -1, 1, -1));  // 0 counts as positive
  EXPECT_THAT(trial.latent, ElementsAre(0.5f, -1, 0, -0.25f));
  EXPECT_THAT(trial.Gradient({1, 2, 3, 4}), ElementsAre(1, 2, 3, 4));  // straight through
}

TEST(Binary, DrawsWithTheHardSigmoidsProbability) {
  const std::vector<float> weights(20000, 0.5f);
  Trial trial({"binary", 1, {{"clip", "yes"}, {"rounding", "stochastic"}}}, Layer(1, 20000),
              weights);
  EXPECT_THAT(trial.effective, testing::Each(1.0f));  // deterministic without a draw
  trial.Project(11);
  const std::vector<float> first = trial.effective;
  const double positive =
      static_cast<double>(std::count(first.begin(), first.end(), 1.0f)) / 20000.0;
  EXPECT_NEAR(positive, 0.75, 0.015);  // (0.5 + 1) / 2
  trial.Project(12);
  EXPECT_NE(trial.effective, first);
  trial.Project(11);
  EXPECT_EQ(trial.effective, first);
}

// Rastegari et al. 2016, equation 6: the mean magnitude has the least squared error.
TEST(Binary, ScaleOfAChannelIsOptimal) {
  const std::vector<float> weights = NormalValues(40, 9);
  Trial trial({"binary", 1, {{"scale", "channel"}}}, Layer(4, 10), weights);
  const QuantizedWeight finished = trial.constraint.Finish(trial.latent);
  ASSERT_EQ(finished.scales.size(), 4u);
  const auto error = [&](size_t channel, double factor) {
    double sum = 0;
    for (size_t i = channel * 10; i < channel * 10 + 10; ++i) {
      const double sign = weights[i] >= 0 ? 1 : -1;
      const double difference = weights[i] - factor * finished.scales[channel] * sign;
      sum += difference * difference;
    }
    return sum;
  };
  for (size_t c = 0; c < 4; ++c) {
    EXPECT_LT(error(c, 1), error(c, 1.01));
    EXPECT_LT(error(c, 1), error(c, 0.99));
  }
}

TEST(Binary, XnorGradientIsThatOfTheAuthors) {
  // One output of four inputs: alpha = (0.5 + 2 + 0.5 + 1) / 4 = 1.
  Trial trial({"binary", 1, {{"scale", "channel"}, {"gradient", "xnor"}}}, Layer(1, 4),
              {0.5f, -2.0f, -0.5f, 1.0f});
  EXPECT_THAT(trial.effective, ElementsAre(1, -1, -1, 1));
  // g * (alpha * [|w| < 1] + 1 / n)
  EXPECT_THAT(trial.Gradient({1, 1, 2, 1}), ElementsAre(1.25f, 0.25f, 2.5f, 0.25f));
}

TEST(Binary, CentersOverTheInputsOfEachOutput) {
  Trial trial({"binary", 1, {{"center", "yes"}, {"scale", "channel"}}}, Layer(2, 2),
              {1.0f, 3.0f, -4.0f, -2.0f});
  EXPECT_THAT(trial.latent, ElementsAre(-1, 1, -1, 1));
  EXPECT_THAT(trial.effective, ElementsAre(-1, 1, -1, 1));
}

TEST(Ternary, ThresholdAndScaleOfTheMean) {
  // mean |w| = 1, threshold 0.7; survivors 2 and -1.2: scale 1.6.
  Trial trial({"ternary", 2, {}}, Layer(1, 4), {2.0f, -1.2f, 0.2f, -0.6f});
  EXPECT_THAT(trial.effective, Pointwise(FloatNear(1e-6f), {1.6f, -1.6f, 0.0f, 0.0f}));
}

TEST(Ternary, TrainedScalesHaveTheGradientsOfTheirMembers) {
  Trial trial({"ternary", 2, {{"rule", "trained"}}}, Layer(1, 4), {2.0f, -1.0f, 0.05f, 1.0f});
  ASSERT_EQ(trial.latent.size(), 6u);
  trial.latent[4] = 3;  // Wp
  trial.latent[5] = 5;  // Wn
  trial.Project();
  EXPECT_THAT(trial.effective, ElementsAre(3, -5, 0, 3));  // threshold 0.05 * 2
  // dw: g Wp, g Wn, g; dWp = 1 + 4, dWn = -2.
  EXPECT_THAT(trial.Gradient({1, 2, 3, 4}), ElementsAre(3, 10, 3, 12, 5, -2));
}

TEST(Ternary, TrainedThresholdIsAShareOfTheLargest) {
  Trial trial({"ternary", 2, {{"rule", "trained"}, {"share", "0.25"}}}, Layer(1, 4),
              {2.0f, -1.0f, 0.45f, 0.55f});
  EXPECT_THAT(trial.effective, ElementsAre(1.275f, -1, 0, 1.275f));  // threshold 0.25 * 2
}

TEST(Dorefa, TwoBitsAreThirds) {
  Trial trial({"dorefa", 2, {}}, Layer(1, 5), {-2.0f, -0.3f, 0.0f, 0.4f, 2.0f});
  const QuantizedWeight finished = trial.constraint.Finish(trial.latent);
  EXPECT_THAT(finished.codebook, Pointwise(FloatEq(), {-1.0f, -1.0f / 3.0f, 1.0f / 3.0f, 1.0f}));
  EXPECT_FLOAT_EQ(trial.effective[0], -1);
  EXPECT_FLOAT_EQ(trial.effective[4], 1);
}

// The gradient is that of tanh(w) / max |tanh w|, by central differences.
TEST(Dorefa, GradientIsThatOfTheNormalizedTanh) {
  std::vector<float> weights = {-2.0f, -0.3f, 0.1f, 0.4f, 0.9f};
  Trial trial({"dorefa", 3, {}}, Layer(1, 5), weights);
  const std::vector<float> gradient = trial.Gradient({1, 1, 1, 1, 1});
  const double h = 1e-4, most = std::tanh(2.0);
  for (size_t i = 1; i < weights.size(); ++i) {
    const double slope = (std::tanh(weights[i] + h) - std::tanh(weights[i] - h)) / (2 * h) / most;
    EXPECT_NEAR(gradient[i], slope, 1e-4);
  }
}

TEST(Uniform, UnitGridsOfMoons) {
  // 2 bits: -1, -0.5, 0, 0.5.
  Trial trial({"uniform", 2, {{"range", "unit"}, {"clip", "yes"}}}, Layer(1, 5),
              {-3.0f, -0.6f, 0.2f, 0.3f, 0.9f});
  EXPECT_THAT(trial.effective, ElementsAre(-1, -0.5f, 0, 0.5f, 0.5f));
  // Latent weights are clipped to the grid, and beyond it there is no gradient.
  EXPECT_THAT(trial.latent, ElementsAre(-1, -0.6f, 0.2f, 0.3f, 0.5f));
}

TEST(Uniform, NarrowUnitGridOfTwoBitsIsTernary) {
  Trial trial({"uniform", 2, {{"range", "unit"}, {"narrow", "yes"}}}, Layer(1, 4),
              {-0.7f, -0.4f, 0.6f, 2.0f});
  EXPECT_THAT(trial.effective, ElementsAre(-1, 0, 1, 1));
  EXPECT_THAT(trial.Gradient({1, 1, 1, 1}), ElementsAre(1, 1, 1, 0));
}

TEST(Uniform, PowerIsTheLeastThatReachesTheLargest) {
  // max 0.9: range 1, step 1/8 with 4 bits; 7/8 is the top.
  Trial trial({"uniform", 4, {{"range", "power"}}}, Layer(1, 3), {0.9f, -0.3f, 0.06f});
  EXPECT_THAT(trial.effective, ElementsAre(0.875f, -0.25f, 0.0f));
}

// nnabla's fixed-point layers: steps of 2^-4 up to 7 / 16 with 4 bits, and no gradient beyond.
TEST(Uniform, FractionIsTheStep) {
  Trial trial({"uniform", 4, {{"range", "fraction"}, {"narrow", "yes"}}}, Layer(1, 4),
              {0.1f, -0.05f, 0.9f, -0.9f});
  EXPECT_THAT(trial.effective, ElementsAre(0.125f, -0.0625f, 0.4375f, -0.4375f));
  EXPECT_THAT(trial.Gradient({1, 2, 3, 4}), ElementsAre(1, 2, 0, 0));
}

TEST(Uniform, LearnedStepHasTheGradientOfEquation3) {
  // 2 bits: numbers from -2 to 1, step 0.5.
  Trial trial({"uniform", 2, {{"range", "learned"}}}, Layer(1, 4), {0.45f, -0.1f, 5.0f, -5.0f});
  trial.latent[4] = 0.5f;
  trial.Project();
  EXPECT_THAT(trial.effective, ElementsAre(0.5f, 0.0f, 0.5f, -1.0f));
  const std::vector<float> gradient = trial.Gradient({1, 1, 1, 1});
  EXPECT_THAT(std::vector<float>(gradient.begin(), gradient.begin() + 4), ElementsAre(1, 1, 0, 0));
  // (1 - 0.9) + (0 + 0.2) + 1 - 2 = -0.7, over sqrt(4 * 1).
  EXPECT_NEAR(gradient[4], -0.35, 1e-6);
}

// Every output channel has a step and a gradient of its own: two channels of two weights.
TEST(Uniform, LearnedStepsOfChannels) {
  Trial trial({"uniform", 2, {{"range", "learned"}, {"of", "channel"}}}, Layer(2, 2),
              {0.45f, -0.1f, 5.0f, -5.0f});
  ASSERT_EQ(trial.latent.size(), 6u);
  EXPECT_FLOAT_EQ(trial.latent[4], 0.55f);  // 2 mean |w| / sqrt(1)
  trial.latent[4] = 0.5f;
  trial.latent[5] = 2;
  trial.Project();
  EXPECT_THAT(trial.effective, ElementsAre(0.5f, 0, 2, -4));
  const std::vector<float> gradient = trial.Gradient({1, 1, 1, 1});
  // ((1 - 0.9) + 0.2) and (1 - 2), over sqrt(2 * 1).
  EXPECT_NEAR(gradient[4], 0.3 / std::sqrt(2.0), 1e-6);
  EXPECT_NEAR(gradient[5], -1 / std::sqrt(2.0), 1e-6);
  EXPECT_THAT(trial.constraint.Finish(trial.latent).scales, ElementsAre(0.5f, 2.0f));
}

TEST(Uniform, MinMaxHasZeroAsALevel) {
  Trial trial({"uniform", 3, {{"range", "minmax"}}}, Layer(1, 3), {-0.4f, 1.0f, 0.0f});
  EXPECT_FLOAT_EQ(trial.effective[0], -0.4f);  // step 0.2, zero point 2
  EXPECT_FLOAT_EQ(trial.effective[1], 1.0f);
  EXPECT_EQ(trial.effective[2], 0.0f);
}

TEST(Uniform, StochasticRoundingHasTheMeanOfTheWeights) {
  const std::vector<float> weights(20000, 0.3f);
  Trial trial({"uniform", 3, {{"range", "unit"}, {"rounding", "stochastic"}}}, Layer(1, 20000),
              weights);
  trial.Project(5);
  double sum = 0;
  for (const float value : trial.effective) sum += value;
  EXPECT_NEAR(sum / 20000, 0.3, 0.003);
}

TEST(Stored, LatentWeightsAreOnTheGrid) {
  Trial trial({"stored", 16, {{"fraction", "4"}, {"rounding", "nearest"}}}, Layer(1, 3),
              {0.51f, -0.03f, 3000.0f});
  EXPECT_THAT(trial.effective, ElementsAre(0.5f, 0.0f, 2047.9375f));
  EXPECT_THAT(trial.latent, ElementsAre(0.5f, 0.0f, 2047.9375f));
  trial.latent[0] -= 0.02f;  // less than half a step is lost
  trial.Project();
  EXPECT_EQ(trial.effective[0], 0.5f);
}

// Ranges: 1 for a largest weight of 0.9. 10 bits are steps of 2^-9, 12 bits of 2^-11.
TEST(Dynamic, StoresMoreBitsThanItMultipliesWith) {
  Trial trial({"dynamic", 10, {}}, Layer(1, 3), {0.9f, 0.3f, -0.12345f});
  const auto on = [](float w, float step) { return std::nearbyint(w / step) * step; };
  for (size_t i = 0; i < 3; ++i) {
    const float w = std::vector<float>{0.9f, 0.3f, -0.12345f}[i];
    EXPECT_EQ(trial.latent[i], on(w, 0x1p-11f));
    EXPECT_EQ(trial.effective[i], on(trial.latent[i], 0x1p-9f));
  }
}

TEST(Dynamic, OneOutlierInTenThousandOverflows) {
  std::vector<float> weights(20000, 0.4f);
  weights[7] = 100;
  Trial trial({"dynamic", 10, {}}, Layer(1, 20000), weights);
  EXPECT_NEAR(trial.effective[7], 0.5, 0.002);
  EXPECT_NEAR(trial.effective[8], 0.4, 0.001);
}

// Courbariaux, Bengio and David 2014, section 5: one bit up where too many overflow, one down where
// the lower range would hold them.
TEST(Dynamic, FollowsOverflows) {
  const std::vector<float> weights = {0.9f, 0.3f, -0.1f};
  Trial trial({"dynamic", 10, {{"followed", "yes"}}}, Layer(1, 3), weights);
  ASSERT_EQ(trial.latent.size(), 4u);
  EXPECT_EQ(trial.latent[3], 0.0f);  // 2^0
  trial.latent[0] = 1.7f;
  trial.Project();
  EXPECT_EQ(trial.latent[0], 1 - 0x1p-11f);  // the end of the grid
  EXPECT_EQ(trial.effective[0], 1 - 0x1p-9f);
  FollowOverflows(12, trial.latent);
  EXPECT_EQ(trial.latent[3], 1.0f);
  trial.Project();
  for (float& w : std::span(trial.latent).first(3)) w /= 8;
  FollowOverflows(12, trial.latent);
  EXPECT_EQ(trial.latent[3], 0.0f);
  EXPECT_THAT(trial.Gradient({1, 2, 3}), ElementsAre(1, 2, 3, 0));
}

TEST(Power, NearestLevels) {
  // Zhou et al. 2017: max 0.9 gives n1 = floor(log2(1.2)) = 0, and 5 bits n2 = -7.
  EXPECT_EQ(PowerGrid::TopOf(std::vector<float>{0.3f, -0.9f}), 0);
  const PowerGrid grid(0, 8, /*geometric=*/false);
  const auto nearest = [&](float w) { return grid.Value(grid.Code(w)); };
  EXPECT_EQ(nearest(0.74f), 0.5f);
  EXPECT_EQ(nearest(0.76f), 1.0f);
  EXPECT_EQ(nearest(-0.2f), -0.25f);
  EXPECT_EQ(nearest(5.0f), 1.0f);
  EXPECT_EQ(nearest(std::ldexp(1.0f, -7)), std::ldexp(1.0f, -7));
  EXPECT_EQ(nearest(std::ldexp(0.49f, -7)), 0.0f);
  EXPECT_EQ(nearest(std::ldexp(0.51f, -7)), std::ldexp(1.0f, -7));
  const PowerGrid logarithmic(0, 8, /*geometric=*/true);
  EXPECT_EQ(logarithmic.Value(logarithmic.Code(0.72f)), 1.0f);
  EXPECT_EQ(logarithmic.Value(logarithmic.Code(0.70f)), 0.5f);
}

// nnabla's pow2 layers: a top of 2^1 whatever the weights are, and no gradient above it.
TEST(Power, TopOfItsOwn) {
  Trial trial({"power", 4, {{"top", "1"}}}, Layer(1, 5), {0.3f, -1.5f, 9.0f, 0.2f, 0.17f});
  // Exponents 1 to -2; below 2^-2 / sqrt(2) = 0.1768 is zero.
  EXPECT_THAT(trial.effective, ElementsAre(0.25f, -2.0f, 2.0f, 0.25f, 0.0f));
  EXPECT_THAT(trial.Gradient({1, 2, 3, 4, 5}), ElementsAre(1, 2, 0, 4, 5));
}

TEST(Inq, FreezesTheLargestFirstAndKeepsThem) {
  const std::vector<float> weights = {0.9f, -0.1f, 0.3f, -0.6f};
  Trial trial({"inq", 5, {}}, Layer(1, 4), weights);
  EXPECT_EQ(trial.effective, weights);
  FreezeShare(0.5, 5, /*largest_first=*/true, 1, trial.latent);
  trial.Project();
  EXPECT_THAT(trial.effective, ElementsAre(1.0f, -0.1f, 0.3f, -0.5f));
  EXPECT_THAT(trial.Gradient({1, 1, 1, 1}), ElementsAre(0, 1, 1, 0, 0, 0, 0, 0, 0));
  trial.latent[0] = 0.2f;  // momentum does not move what is frozen
  trial.Project();
  EXPECT_EQ(trial.effective[0], 1.0f);
}

// Lin, Talathi and Annapureddy 2016, table 1, and Jayant and Noll 1984, table 4.4 (which have the
// third digit of two steps): steps and dB of unit distributions.
TEST(OptimalStep, IsThatOfTheTable) {
  const double gaussian[] = {1.596, 0.996, 0.586, 0.336}, laplace[] = {1.414, 1.087, 0.731, 0.461};
  const double gaussian_db[] = {4.40, 9.25, 14.27, 19.38},
               laplace_db[] = {3.01, 7.07, 11.44, 15.96};
  for (int bits = 1; bits <= 4; ++bits) {
    EXPECT_NEAR(OptimalStep(Distribution::kGaussian, bits), gaussian[bits - 1], 1e-3) << bits;
    EXPECT_NEAR(OptimalStep(Distribution::kLaplacian, bits), laplace[bits - 1], 1e-3) << bits;
    EXPECT_NEAR(OptimalSqnr(Distribution::kGaussian, bits), gaussian_db[bits - 1], 0.02) << bits;
    EXPECT_NEAR(OptimalSqnr(Distribution::kLaplacian, bits), laplace_db[bits - 1], 0.02) << bits;
  }
}

TEST(LeastSquaresStep, NoNeighbourIsBetter) {
  const std::vector<float> w = NormalValues(500, 4);
  const double step = LeastSquaresStep(w, 3);
  const auto error = [&](double s) {
    double sum = 0;
    for (const float v : w) {
      const double difference = v - s * std::clamp(std::nearbyint(v / s), -3.0, 3.0);
      sum += difference * difference;
    }
    return sum;
  };
  for (const double factor : {0.9, 0.97, 1.03, 1.1}) EXPECT_LE(error(step), error(step * factor));
}

TEST(QuantizerSpec, IsReadBackAndChecked) {
  const auto spec = QuantizerSpec::Parse("uniform bits=4 range=learned");
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(spec->ToString(), "uniform bits=4 range=learned");
  const auto message = [](const char* text) {
    return CheckQuantizer(*QuantizerSpec::Parse(text)).ToString();
  };
  EXPECT_THAT(message("uniform bits=1 narrow=yes"), testing::HasSubstr("no grid of 1 bits"));
  EXPECT_THAT(message("unifrom"), testing::HasSubstr("choose one of"));
  EXPECT_THAT(message("binary bits=2"), testing::HasSubstr("ask for 1"));
  EXPECT_THAT(message("uniform step=2"), testing::HasSubstr("no option 'step'"));
  EXPECT_THAT(message("uniform range=big"), testing::HasSubstr("use one of"));
  EXPECT_FALSE(QuantizerSpec::Parse("uniform bits=x").ok());
}

TEST(Hashed, WeightsAreSignedNumbersOfATable) {
  // Codes of a table of 3 by the seed 5: places 0 to 7 have -t2, -t2, t2, -t1, -t0, -t0, -t0, -t0.
  const QuantizerSpec spec = {"hashed", 0, {{"buckets", "3"}, {"seed", "5"}}};
  const std::vector<float> weights = {1, 2, 3, 4, 5, 6, 7, 8};
  Trial trial(spec, Layer(2, 4), weights);
  ASSERT_EQ(trial.latent.size(), 11u);
  EXPECT_THAT(std::vector<float>(trial.latent.begin() + 8, trial.latent.end()),
              ElementsAre(-5, -4, -1));
  EXPECT_THAT(trial.effective, ElementsAre(1, 1, -1, 4, 5, 5, 5, 5));
  const std::vector<float> gradient = {1, 10, 100, 2, 1, 2, 4, 8};
  const std::vector<float> reduced = trial.Gradient(gradient);
  EXPECT_THAT(std::vector<float>(reduced.begin(), reduced.begin() + 8), testing::Each(0.0f));
  EXPECT_THAT(std::vector<float>(reduced.begin() + 8, reduced.end()),
              ElementsAre(-15, -2, 100 - 11));
  // What is shared already stays, whatever the latent weights have become.
  Trial again(spec, Layer(2, 4), trial.effective);
  EXPECT_EQ(again.effective, trial.effective);
  const QuantizedWeight weight = trial.constraint.Finish(trial.latent);
  EXPECT_EQ(weight.Values(), trial.effective);
  EXPECT_EQ(weight.policy, "hashed buckets=3 seed=5");
  EXPECT_EQ(weight.bits, 3);
  EXPECT_FALSE(CheckQuantizer({"hashed", 0, {{"buckets", "0"}}}).ok());
  EXPECT_FALSE(CheckQuantizer({"hashed", 0, {{"buckets", "32769"}}}).ok());
  EXPECT_FALSE(CheckQuantizer({"hashed", 0, {{"seed", "1x"}}}).ok());
}

TEST(MinifloatQuantizer, HandComputed) {
  // 8 bits: 4 of exponent with a bias of 7, 3 of fraction. The least number is 2^-7, the largest
  // 1.875 * 2^8. 0.3 lies in steps of 2^-5, 1.95 in steps of 1/8.
  Trial trial({"minifloat", 8, {}}, Layer(2, 4),
              {0.3f, 0.007f, 500, -1.06f, 1.95f, 0, -480, 0.008f});
  EXPECT_THAT(trial.effective, ElementsAre(0.3125f, 0, 480, -1, 2, 0, -480, std::ldexp(1.0f, -7)));
  EXPECT_THAT(trial.Gradient({1, 2, 3, 4, 5, 6, 7, 8}), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_EQ(Minifloat::ExponentBitsFor(1.0), 4);
  EXPECT_EQ(Minifloat::ExponentBitsFor(500), 4);   // log2(log2(500) - 1) + 1 = 3.99
  EXPECT_EQ(Minifloat::ExponentBitsFor(1000), 5);  // 4.16
}

TEST(PowerQuantizer, FourBitsWithoutZeroAreTheRistrettoOnes) {
  // +-2^e for e from -8 to -1; exponents are rounded, 0 is positive.
  Trial trial({"power", 4, {{"top", "-1"}, {"zero", "no"}}}, Layer(2, 4),
              {0.9f, -0.34f, 0.36f, 0, -0.001f, 0.25f, -5, 0.0058f});
  EXPECT_THAT(trial.effective,
              ElementsAre(0.5f, -0.25f, 0.5f, std::ldexp(1.0f, -8), -std::ldexp(1.0f, -8), 0.25f,
                          -0.5f, std::ldexp(1.0f, -7)));
  const QuantizedWeight weight = trial.constraint.Finish(trial.latent);
  EXPECT_FALSE(weight.sparse());
  EXPECT_EQ(weight.Values(), trial.effective);
}

}  // namespace
}  // namespace dc
