#include "quantize/tied_constraint.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"

namespace dc {
namespace {

QuantizedWeight SparseWeight() {
  QuantizedWeight weight;
  weight.shape = {2, 4};
  weight.codebook = {0.0f, -1.0f, 0.5f, 2.0f};
  weight.codes = {0, 1, 3, 0, 2, 1, 0, 3};
  weight.policy = "kmeans";
  weight.bits = 2;
  return weight;
}

TEST(TiedConstraint, ProjectsCentroidsToTheirMembers) {
  ConstrainedWeight tied = MakeTiedWeight(SparseWeight());
  EXPECT_EQ(tied.latent, SparseWeight().codebook);
  std::vector<float> effective(8, 7.0f);
  tied.latent[0] = 0.25f;  // an optimizer's rounding must not revive pruned weights
  tied.latent[2] = 0.75f;
  tied.constraint->Project(tied.latent, effective, 0);
  EXPECT_EQ(effective, (std::vector<float>{0, -1, 2, 0, 0.75f, -1, 0, 2}));
  EXPECT_EQ(tied.latent[0], 0.0f);
}

TEST(TiedConstraint, GradientIsTheSumOverMembers) {
  ConstrainedWeight tied = MakeTiedWeight(SparseWeight());
  const std::vector<float> gradient = {100, 1, 2, 200, 4, 8, 400, 16};
  std::vector<float> reduced(4, 7.0f);
  tied.constraint->ReduceGradient(tied.latent, gradient, reduced);
  EXPECT_EQ(reduced, (std::vector<float>{0, 9, 4, 18}));
}

TEST(TiedConstraint, DenseWeightTrainsEveryEntry) {
  QuantizedWeight weight = SparseWeight();
  weight.codebook = {-2.0f, -1.0f, 0.5f, 2.0f};
  ConstrainedWeight tied = MakeTiedWeight(weight);
  const std::vector<float> gradient = {1, 2, 4, 8, 16, 32, 64, 128};
  std::vector<float> reduced(4);
  tied.constraint->ReduceGradient(tied.latent, gradient, reduced);
  EXPECT_EQ(reduced, (std::vector<float>{73, 34, 16, 132}));
}

TEST(TiedConstraint, GradientEqualsTheDifferenceQuotient) {
  Rng rng(2);
  QuantizedWeight weight;
  weight.shape = {101};
  weight.codebook = {0.0f, -0.7f, -0.1f, 0.3f, 0.9f};
  std::vector<double> factors;
  for (int i = 0; i < 101; ++i) {
    weight.codes.push_back(static_cast<uint16_t>(rng.Below(5)));
    factors.push_back(rng.Normal());
  }
  ConstrainedWeight tied = MakeTiedWeight(weight);
  // loss(w) = sum of factor * sin(w), so d loss / d w = factor * cos(w).
  std::vector<float> effective(101), gradient(101), reduced(5);
  auto loss = [&](std::vector<float> latent) {
    tied.constraint->Project(latent, effective, 0);
    double sum = 0;
    for (size_t i = 0; i < 101; ++i)
      sum += factors[i] * std::sin(static_cast<double>(effective[i]));
    return sum;
  };
  loss(tied.latent);
  for (size_t i = 0; i < 101; ++i) {
    gradient[i] = static_cast<float>(factors[i] * std::cos(static_cast<double>(effective[i])));
  }
  tied.constraint->ReduceGradient(tied.latent, gradient, reduced);
  EXPECT_EQ(reduced[0], 0.0f);
  for (size_t c = 1; c < 5; ++c) {
    constexpr float kStep = 1e-3f;
    std::vector<float> up = tied.latent, down = tied.latent;
    up[c] += kStep;
    down[c] -= kStep;
    const double slope =
        (loss(up) - loss(down)) / (static_cast<double>(up[c]) - static_cast<double>(down[c]));
    EXPECT_NEAR(reduced[c], slope, 1e-4) << c;
  }
}

TEST(TiedConstraint, FinishSortsEntriesThatChangedPlaces) {
  const QuantizedWeight weight = SparseWeight();
  const std::vector<float> trained = {0.0f, 3.0f, 0.5f, -2.0f};
  const QuantizedWeight finished = FinishTiedWeight(weight, trained);
  EXPECT_EQ(finished.codebook, (std::vector<float>{0.0f, -2.0f, 0.5f, 3.0f}));
  for (size_t i = 0; i < weight.codes.size(); ++i) {
    EXPECT_EQ(finished.codebook[finished.codes[i]], trained[weight.codes[i]]);
    EXPECT_EQ(finished.codes[i] == 0, weight.codes[i] == 0);
  }
}

TEST(TiedConstraint, ScalesOfChannelsStayAndFactorGradients) {
  QuantizedWeight weight = SparseWeight();
  weight.scales = {2.0f, 10.0f};
  ConstrainedWeight tied = MakeTiedWeight(weight);
  std::vector<float> effective(8);
  tied.constraint->Project(tied.latent, effective, 0);
  EXPECT_EQ(effective, (std::vector<float>{0, -2, 4, 0, 5, -10, 0, 20}));
  EXPECT_EQ(effective, weight.Values());
  std::vector<float> reduced(4);
  tied.constraint->ReduceGradient(tied.latent, std::vector<float>{9, 1, 2, 9, 4, 8, 9, 16},
                                  reduced);
  EXPECT_EQ(reduced, (std::vector<float>{0, 1 * 2 + 8 * 10, 4 * 10, 2 * 2 + 16 * 10}));
  EXPECT_EQ(FinishTiedWeight(weight, tied.latent).scales, weight.scales);
}

}  // namespace
}  // namespace dc
