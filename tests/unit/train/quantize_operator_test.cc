// Quantizers of values and gradients in training.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using testing::ElementsAre;
using testing::FloatEq;
using testing::Pointwise;

using Attributes = std::map<std::string, AttributeValue>;

// The gradients of "shift" (what is added to the input) and "scale" for `input`, one row, where the
// logits are the quantized values and their gradient is `gradient`.
struct Gradients {
  std::vector<float> logits, shift, scale;
};
Gradients RunOnce(const std::string& op, const Attributes& attributes, float scale,
                  const std::vector<float>& input, const std::vector<float>& gradient) {
  const auto width = static_cast<int64_t>(input.size());
  GraphBuilder builder({width});
  AddShift(builder, {width}).Add(op, "q", {builder.Values("scale", {}, {scale})}, attributes);
  Harness harness(builder.Build(), 1, /*training=*/true);
  Gradients result;
  result.logits = harness.Forward(input);
  std::copy(gradient.begin(), gradient.end(), harness.executor().logits_gradient().begin());
  EXPECT_TRUE(harness.executor().Backward().ok());
  result.shift = harness.Gradient("shift");
  if (harness.parameters().Find("scale")->role != Role::kFixed) {
    result.scale = harness.Gradient("scale");
  }
  return result;
}

const Attributes kThreeBits = {{"low", int64_t{0}}, {"high", int64_t{7}}};

TEST(UniformQuantize, GradientPassesInsideTheGrid) {
  const Gradients run =
      RunOnce("UniformQuantize", kThreeBits, 0.5f, {-1, 0.2f, 1.3f, 3.5f, 9}, {1, 2, 3, 4, 5});
  EXPECT_THAT(run.logits, ElementsAre(0, 0, 1.5f, 3.5f, 3.5f));
  EXPECT_THAT(run.shift, ElementsAre(0, 2, 3, 4, 0));
}

TEST(UniformQuantize, GradientPassesInARangeOfItsOwn) {
  Attributes attributes = kThreeBits;
  attributes["pass_low"] = 0.0f;
  attributes["pass_high"] = 1.0f;
  const Gradients run =
      RunOnce("UniformQuantize", attributes, 0.125f, {-1, 0.2f, 0.95f, 1.3f}, {1, 2, 3, 4});
  EXPECT_THAT(run.shift, ElementsAre(0, 2, 3, 0));
}

// Esser et al. 2020, equation 3, over sqrt(values * 7): here 5 values share the scale.
TEST(UniformQuantize, LearnedScale) {
  Attributes attributes = kThreeBits;
  attributes["scale_rule"] = std::string("learned");
  const Gradients run =
      RunOnce("UniformQuantize", attributes, 0.5f, {-1, 0.2f, 1.3f, 3.5f, 9}, {1, 1, 1, 1, 1});
  // 0, 0 - 0.4, 3 - 2.6, 7, 7
  EXPECT_NEAR(run.scale[0], (-0.4 + 0.4 + 7 + 7) / std::sqrt(5 * 7.0), 1e-5);
}

// Choi et al. 2018, equation 3: only what is clipped moves the clip, which is 7 scales.
TEST(UniformQuantize, ClippedScale) {
  Attributes attributes = kThreeBits;
  attributes["scale_rule"] = std::string("clip");
  const Gradients run =
      RunOnce("UniformQuantize", attributes, 0.5f, {-1, 0.2f, 1.3f, 4, 9}, {1, 1, 1, 2, 3});
  EXPECT_FLOAT_EQ(run.scale[0], 7 * (2 + 3));
}

TEST(UniformQuantize, RunningMaximumReportsTheBatchs) {
  Attributes attributes = kThreeBits;
  attributes["scale_rule"] = std::string("running_maximum");
  const Gradients run =
      RunOnce("UniformQuantize", attributes, 0.5f, {-1, 0.2f, 1.3f, 3.5f, 2}, {1, 1, 1, 1, 1});
  EXPECT_FLOAT_EQ(run.scale[0], 0.5f);  // 3.5 / 7
}

// Used as 0.5, the power of two above 0.3; the batch's largest value, 3.5, is 7 times 0.5.
TEST(UniformQuantize, RunningPower) {
  Attributes attributes = kThreeBits;
  attributes["scale_rule"] = std::string("running_power");
  const Gradients run =
      RunOnce("UniformQuantize", attributes, 0.3f, {-1, 0.2f, 1.3f, 3.5f, 2}, {1, 1, 1, 1, 1});
  EXPECT_THAT(run.logits, ElementsAre(0, 0, 1.5f, 3.5f, 2));
  EXPECT_FLOAT_EQ(run.scale[0], 0.5f);
}

TEST(UniformQuantize, RoundsAtRandomInTrainingOnly) {
  const int64_t width = 4000;
  Attributes attributes = {{"low", int64_t{-8}}, {"high", int64_t{7}}, {"stochastic", int64_t{1}}};
  GraphBuilder builder({width});
  builder.Add("UniformQuantize", "q", {builder.Values("scale", {}, {1.0f})}, attributes);
  const std::vector<float> input(width, 0.25f);
  Harness training(builder.Build(), 1, /*training=*/true);
  const std::vector<float> y = training.Forward(input, {7, 3, 0});
  double sum = 0;
  for (const float v : y) {
    EXPECT_TRUE(v == 0 || v == 1);
    sum += v;
  }
  EXPECT_NEAR(sum / width, 0.25, 0.03);
  EXPECT_EQ(training.Forward(input, {7, 3, 0}), y);
  EXPECT_NE(training.Forward(input, {7, 4, 0}), y);
  Harness inference(builder.Build(), 1, /*training=*/false);
  EXPECT_THAT(inference.Forward(input), testing::Each(0.0f));
}

TEST(BinaryQuantize, SignsAndTheirGradient) {
  const Gradients run =
      RunOnce("BinaryQuantize", {}, 2.0f, {-3, -0.5f, 0, 0.5f, 1.5f}, {1, 2, 3, 4, 5});
  EXPECT_THAT(run.logits, ElementsAre(-2, -2, 2, 2, 2));
  EXPECT_THAT(run.shift, ElementsAre(0, 2, 3, 4, 0));
}

// Friesen and Domingos 2018: targets t = -sign(dy) and the loss |dy| (tanh(-t x) + 1) of each
// value, whose slope is taken numerically.
TEST(BinaryQuantize, SoftHingeOfTheLayer) {
  Attributes attributes;
  attributes["layer_loss"] = std::string("soft_hinge");
  const std::vector<float> x = {-2, -0.3f, 0.4f, 1.5f}, dy = {1, -2, 0.5f, -3};
  const Gradients run = RunOnce("BinaryQuantize", attributes, 1.0f, x, dy);
  EXPECT_THAT(run.logits, ElementsAre(-1, -1, 1, 1));
  for (size_t i = 0; i < x.size(); ++i) {
    const double target = dy[i] > 0 ? -1 : 1, h = 1e-4;
    const auto loss = [&](double z) { return std::abs(dy[i]) * (std::tanh(-target * z) + 1); };
    EXPECT_NEAR(run.shift[i], (loss(x[i] + h) - loss(x[i] - h)) / (2 * h), 1e-4) << i;
  }
}

TEST(BinaryQuantize, EqualSoftHingesHaveTheMeanWeight) {
  Attributes attributes;
  attributes["layer_loss"] = std::string("equal_soft_hinge");
  const Gradients run = RunOnce("BinaryQuantize", attributes, 1.0f, {0, 0, 1, 0}, {1, -2, 5, 0});
  // The mean of 1, 2, 5 and 0 is 2; a value without a target stays where it is.
  const double slope = 1 - std::tanh(1.0) * std::tanh(1.0);
  EXPECT_THAT(run.shift, Pointwise(testing::FloatNear(1e-5f),
                                   std::vector<float>{2, -2, static_cast<float>(2 * slope), 0}));
}

// A staircase from 0 to 1 has the slope of (tanh(2 x - 1) + 1) / 2.
TEST(UniformQuantize, SoftHingeOfAStaircase) {
  Attributes attributes = kThreeBits;
  attributes["layer_loss"] = std::string("soft_hinge");
  const std::vector<float> x = {-0.5f, 0.1f, 0.5f, 1.2f};
  const Gradients run = RunOnce("UniformQuantize", attributes, 1.0f / 7, x, {1, 1, 1, 1});
  for (size_t i = 0; i < x.size(); ++i) {
    const double t = std::tanh(2.0 * x[i] - 1);
    EXPECT_NEAR(run.shift[i], 1 - t * t, 1e-5) << i;
  }
}

// The gradient of the logits of two samples, as it is after QuantizeGradient.
std::vector<float> Passed(const Attributes& attributes, const std::vector<float>& gradient,
                          int64_t step = 1) {
  const int64_t width = static_cast<int64_t>(gradient.size());
  GraphBuilder builder({width});
  AddShift(builder, {width}).Add("QuantizeGradient", "q", {}, attributes).Add("Relu", "r");
  Harness harness(builder.Build(), 1, /*training=*/true);
  harness.Forward(std::vector<float>(gradient.size(), 1.0f), {1, step, 0});
  std::copy(gradient.begin(), gradient.end(), harness.executor().logits_gradient().begin());
  EXPECT_TRUE(harness.executor().Backward().ok());
  return harness.Gradient("shift");
}

TEST(QuantizeGradient, BySampleIsUnbiasedBetweenTheLargestMagnitudes) {
  std::vector<float> gradient(4001, 0.3f);
  gradient[0] = -1;
  const std::vector<float> passed = Passed({{"bits", int64_t{2}}}, gradient);
  // Levels -1, -1/3, 1/3, 1 of the largest magnitude.
  double sum = 0;
  for (size_t i = 1; i < passed.size(); ++i) {
    const float v = passed[i];
    EXPECT_NEAR(std::min({std::abs(v + 1), std::abs(v + 1 / 3.0f), std::abs(v - 1 / 3.0f),
                          std::abs(v - 1)}),
                0, 1e-5);
    sum += v;
  }
  EXPECT_NEAR(sum / 4000, 0.3, 0.02);
  EXPECT_NE(Passed({{"bits", int64_t{2}}}, gradient, 2), passed);
}

TEST(QuantizeGradient, PowersAndFixedSteps) {
  // Largest 0.9: range 1, 3 bits: steps of 1/4.
  EXPECT_THAT(
      Passed({{"rule", std::string("power")}, {"bits", int64_t{3}}}, {0.9f, -0.3f, 0.1f, -0.9f}),
      Pointwise(FloatEq(), {0.75f, -0.25f, 0.0f, -1.0f}));
  EXPECT_THAT(Passed({{"rule", std::string("fixed")}, {"bits", int64_t{8}}, {"scale", 0.5f}},
                     {0.9f, -0.3f, 0.1f, 100}),
              Pointwise(FloatEq(), {1.0f, -0.5f, 0.0f, 63.5f}));
}

}  // namespace
}  // namespace dc::train
