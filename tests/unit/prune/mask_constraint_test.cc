#include "prune/mask_constraint.h"

#include <gtest/gtest.h>

#include <cmath>

namespace dc {
namespace {

TEST(MaskConstraint, ZeroesLatentEffectiveAndGradient) {
  const auto constraint = MakeMaskConstraint({1, 0, 1, 0});
  std::vector<float> latent = {1, 2, -3, -4}, effective(4, 9.0f);
  constraint->Project(latent, effective, 0);
  EXPECT_EQ(latent, (std::vector<float>{1, 0, -3, 0}));
  EXPECT_EQ(effective, latent);
  const std::vector<float> gradient = {5, 6, 7, 8};
  std::vector<float> reduced(4, 9.0f);
  constraint->ReduceGradient(latent, gradient, reduced);
  EXPECT_EQ(reduced, (std::vector<float>{5, 0, 7, 0}));
}

TEST(MaskConstraint, ClearsAMomentumBufferInPlace) {
  const auto constraint = MakeMaskConstraint({0, 1, 1});
  std::vector<float> momentum = {1, 2, 3}, latent = {0, 1, 1};
  constraint->ReduceGradient(latent, momentum, momentum);
  EXPECT_EQ(momentum, (std::vector<float>{0, 2, 3}));
}

TEST(MaskConstraint, PrunedWeightsAreExactZerosAfterManySteps) {
  const auto constraint = MakeMaskConstraint({1, 0});
  std::vector<float> latent = {0.5f, 0.5f}, effective(2), gradient(2), velocity(2);
  for (int step = 0; step < 1000; ++step) {
    constraint->Project(latent, effective, 0);
    ASSERT_EQ(effective[1], 0.0f);
    ASSERT_FALSE(std::signbit(effective[1]));
    const std::vector<float> raw = {0.01f * static_cast<float>(step % 7), -1e30f};
    constraint->ReduceGradient(latent, raw, gradient);
    for (size_t i = 0; i < 2; ++i) {
      velocity[i] = 0.9f * velocity[i] + gradient[i];
      latent[i] -= 0.1f * velocity[i];
    }
  }
  EXPECT_EQ(latent[1], 0.0f);
}

// Doubles latent weights, adds one, and trains a third value besides; gradients count threefold.
class DoublePlusOne : public Constraint {
 public:
  void Project(std::span<float> latent, std::span<float> effective, uint64_t) const override {
    for (size_t i = 0; i < effective.size(); ++i) effective[i] = 2 * latent[i] + 1;
  }
  void ReduceGradient(std::span<float>, std::span<const float> gradient,
                      std::span<float> latent_gradient) const override {
    float sum = 0;
    for (size_t i = 0; i < gradient.size(); ++i) {
      sum += gradient[i];
      latent_gradient[i] = 3 * gradient[i];
    }
    latent_gradient[gradient.size()] = sum;
  }
};

TEST(MaskConstraint, StandsOverAnotherRule) {
  const auto constraint = MakeMaskConstraint({1, 0, 1}, std::make_shared<DoublePlusOne>(), true);
  std::vector<float> latent = {1, 2, 3, 9}, effective(3, 7.0f);
  constraint->Project(latent, effective, 0);
  EXPECT_EQ(latent, (std::vector<float>{1, 0, 3, 9}));
  EXPECT_EQ(effective, (std::vector<float>{3, 0, 7}));
  const std::vector<float> gradient = {1, 10, 100};
  std::vector<float> reduced(4, 7.0f);
  constraint->ReduceGradient(latent, gradient, reduced);
  EXPECT_EQ(reduced, (std::vector<float>{3, 0, 300, 101}));
}

}  // namespace
}  // namespace dc
