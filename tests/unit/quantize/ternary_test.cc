#include <gtest/gtest.h>

#include "quantize/policy.h"

namespace dc {
namespace {

const Policy& Ternary() { return **FindPolicy("ternary"); }

QuantizedWeight Quantize(const std::vector<float>& values, LayerQuantization* report = nullptr) {
  const Tensor tensor = Tensor::F32({static_cast<int64_t>(values.size())}, values);
  auto weight = QuantizeWeight(tensor, "ternary", 5, {}, 1, report);
  EXPECT_TRUE(weight.ok());
  return *weight;
}

TEST(Ternary, HandComputedDense) {
  // mean |w| = 10 / 5 = 2, threshold 1.4; kept 2, 3, 4, scale 3.
  LayerQuantization report;
  const QuantizedWeight weight = Quantize({2, -3, 0.25f, 4, -0.75f}, &report);
  EXPECT_EQ(weight.codebook, (std::vector<float>{0, -3, 3}));
  EXPECT_EQ(weight.codes, (std::vector<uint16_t>{2, 1, 0, 2, 0}));
  EXPECT_EQ(weight.bits, 2);
  EXPECT_EQ(report.entries, 3);
  EXPECT_FLOAT_EQ(report.max_error, 1.0f);
  // (1 + 0 + 0.0625 + 1 + 0.5625) / 5
  EXPECT_NEAR(report.rms_error * report.rms_error, 0.525, 1e-9);
}

TEST(Ternary, MeansRunOverSurvivorsOnly) {
  const QuantizedWeight weight = Quantize({2, 0, -3, 0.25f, 0, 0, 4, -0.75f});
  EXPECT_EQ(weight.codebook, (std::vector<float>{0, -3, 3}));
  EXPECT_EQ(weight.codes, (std::vector<uint16_t>{2, 0, 1, 0, 0, 0, 2, 0}));
}

TEST(Ternary, LatentWeightsAreTernarizedAnewAndPrunedOnesStayZero) {
  const std::vector<float> original = {2, 0, -3, 0.25f, 4, -0.75f};
  const QuantizedWeight weight = Quantize(original);
  ConstrainedWeight constrained = Ternary().MakeConstraint(weight, original);
  EXPECT_EQ(constrained.latent, original);
  // Gradients go straight through, but not to the pruned weight.
  std::vector<float> gradient = {1, 2, 3, 4, 5, 6};
  constrained.constraint->ReduceGradient(constrained.latent, gradient, gradient);
  EXPECT_EQ(gradient, (std::vector<float>{1, 0, 3, 4, 5, 6}));
  // 0.25 grows to 3: mean |w| = 2.55, threshold 1.785; kept 2, 3, 3, 4, scale 3.
  constrained.latent[3] = 3;
  constrained.latent[1] = 50;
  std::vector<float> effective(6);
  constrained.constraint->Project(constrained.latent, effective, 0);
  EXPECT_EQ(effective, (std::vector<float>{3, 0, -3, 3, 3, 0}));
  EXPECT_EQ(constrained.latent[1], 0.0f);
  const QuantizedWeight finished = Ternary().Finish(weight, constrained.latent);
  EXPECT_EQ(finished.codes, (std::vector<uint16_t>{2, 0, 1, 2, 2, 0}));
}

}  // namespace
}  // namespace dc
