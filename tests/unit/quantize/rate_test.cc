// Rate-distortion assignments: bounds by brute force, and the constraint step by step.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"
#include "quantize/rate_codebook.h"
#include "quantize/rate_constraint.h"

namespace dc {
namespace {

using testing::Each;
using testing::ElementsAre;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(RateCodebook, LengthsAreThoseOfAnIdealCoder) {
  EXPECT_THAT(CodeLengths(std::vector<int64_t>{4, 2, 1, 1, 0}), ElementsAre(1, 2, 3, 3, kInfinity));
}

TEST(RateCodebook, WithoutACostTheNearestEntryWins) {
  const std::vector<double> lengths = {1, 5, 2};
  EXPECT_THAT(RateBounds(std::vector<float>{-1, 0, 3}, lengths, 0),
              ElementsAre(-0.5f, 1.5f, std::numeric_limits<float>::infinity()));
}

TEST(RateCodebook, BoundsAgreeWithTryingEveryEntry) {
  Rng rng(5);
  for (int round = 0; round < 200; ++round) {
    const size_t k = 1 + rng.Below(round % 10 == 0 ? 100 : 9);
    std::vector<float> entries;
    std::vector<double> lengths;
    float entry = -2;
    for (size_t c = 0; c < k; ++c) {
      entry += static_cast<float>(0.01 + rng.Uniform());
      entries.push_back(entry);
      lengths.push_back(c > 0 && rng.Below(5) == 0 ? kInfinity : 8 * rng.Uniform());
    }
    const double cost = 0.3 * rng.Uniform();
    const std::vector<float> bounds = RateBounds(entries, lengths, cost);
    for (int i = 0; i < 100; ++i) {
      const auto x = static_cast<float>((entry + 4) * rng.Uniform() - 3);
      const auto total = [&](size_t c) {
        return (x - entries[c]) * (x - entries[c]) + cost * lengths[c];
      };
      double least = kInfinity;
      for (size_t c = 0; c < k; ++c) least = std::min(least, total(c));
      EXPECT_NEAR(total(EntryWithin(bounds, x)), least, 1e-5);
    }
  }
}

QuantizedWeight Start() {
  QuantizedWeight start;
  start.shape = {2, 4};
  start.codebook = {0, -1, 0.1f, 1};
  start.codes = {0, 0, 3, 3, 3, 3, 1, 2};
  start.policy = "kmeans";
  start.bits = 2;
  return start;
}

class Rate : public ::testing::Test {
 protected:
  Rate() : constraint_(Start(), weights_, 2), latent_(constraint_.first_latent()) {
    Project();
    // A gradient of 0.5 everywhere: curvature 2 * 0.25.
    constraint_.ReduceGradient(latent_, std::vector<float>(8, 0.5f), reduced());
  }
  std::span<float> reduced() {
    reduced_.resize(latent_.size() - constraint_.rule_values());
    return reduced_;
  }
  void Project() { constraint_.Project(latent_, effective_, 1); }

  const std::vector<float> weights_ = {0, 0, 0.9f, 1.1f, 0.8f, 1.2f, -0.7f, 0.1f};
  RateConstraint constraint_;
  std::vector<float> latent_, reduced_, effective_ = std::vector<float>(8);
};

TEST_F(Rate, BeginsAsTheCodebookThatItWasGiven) {
  EXPECT_THAT(effective_, ElementsAre(0, 0, 1, 1, 1, 1, -1, 0.1f));
  // Gradients go straight through to the weights that were not pruned.
  EXPECT_THAT(std::vector<float>(reduced_.begin(), reduced_.begin() + 8),
              ElementsAre(0, 0, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f));
  EXPECT_THAT(std::vector<float>(reduced_.begin() + 8, reduced_.end()), Each(0.0f));
}

TEST_F(Rate, WithoutACostEntriesBecomeMeans) {
  constraint_.Refit(0, latent_);
  Project();
  EXPECT_THAT(effective_, ElementsAre(0, 0, 1, 1, 1, 1, -0.7f, 0.1f));
}

TEST_F(Rate, WhatIsDearGoesToZero) {
  // Counts 1, 2, 1, 4 for -0.7, 0, 0.1, 1: lengths 3, 2, 3, 1. At h = 0.5 a bit costs 4 lambda of
  // squared distance: 0.1 goes to zero where 4 lambda > 0.01, -0.7 where 4 lambda > 0.49.
  constraint_.Refit(0.01, latent_);
  Project();
  EXPECT_THAT(effective_, ElementsAre(0, 0, 1, 1, 1, 1, -0.7f, 0));
  constraint_.Refit(0.13, latent_);
  Project();
  EXPECT_THAT(effective_, ElementsAre(0, 0, 1, 1, 1, 1, 0, 0));
  const QuantizedWeight left = constraint_.Finish(latent_);
  EXPECT_THAT(left.codebook, ElementsAre(0, 1));
  EXPECT_THAT(left.codes, ElementsAre(0, 0, 1, 1, 1, 1, 0, 0));
}

TEST_F(Rate, ALayerKeepsSomeWeight) {
  constraint_.Refit(1e6, latent_);
  Project();
  EXPECT_THAT(effective_, testing::Contains(testing::Ne(0.0f)));
}

TEST_F(Rate, WeightsComeBack) {
  constraint_.Refit(0.13, latent_);
  Project();
  EXPECT_EQ(effective_[7], 0.0f);
  latent_[7] = 0.97f;
  Project();
  EXPECT_EQ(effective_[7], 1.0f);
}

TEST_F(Rate, FixedCodesTrainTheirEntries) {
  constraint_.Fix(latent_);
  const std::vector<float> gradient = {9, 9, 1, 2, 3, 4, 5, 6};
  constraint_.ReduceGradient(latent_, gradient, reduced());
  EXPECT_THAT(std::vector<float>(reduced_.begin(), reduced_.begin() + 8), Each(0.0f));
  // Entries -1, 0, 0.1, 1 with 1, 0, 1 and 4 members: sums over roots of counts.
  EXPECT_THAT(std::vector<float>(reduced_.begin() + 8, reduced_.end()),
              ElementsAre(5, 0, 6, 10.0f / 2));
  latent_[2] = -5;  // a latent weight says nothing any more
  latent_[8 + 3] = 1.5f;
  Project();
  EXPECT_THAT(effective_, ElementsAre(0, 0, 1.5f, 1.5f, 1.5f, 1.5f, -1, 0.1f));
}

TEST(RateConstraint, ADenseWeightGetsAZero) {
  QuantizedWeight start;
  start.shape = {4};
  start.codebook = {-1, 0.2f, 1};
  start.codes = {0, 1, 2, 2};
  const RateConstraint constraint(start, std::vector<float>{-1, 0.2f, 1, 1}, 1);
  std::vector<float> latent = constraint.first_latent(), effective(4);
  constraint.Project(latent, effective, 0);
  EXPECT_THAT(effective, ElementsAre(-1, 0, 1, 1));
  EXPECT_THAT(constraint.Finish(latent).codebook, ElementsAre(0, -1, 1));
}

class RateOnAGrid : public ::testing::Test {
 protected:
  // -1.2, 0 and 1.2, about: 1.2 is between two of the steps that a grid may have.
  RateOnAGrid()
      : start_(DeadZoneGrid::Reaching(weights_, 2)),
        grid_(Start(), weights_, 2, start_, NearestBounds(start_.Entries())) {
    latent_ = grid_.first_latent();
    Project();
    reduced_.resize(latent_.size() - grid_.rule_values());
    grid_.ReduceGradient(latent_, std::vector<float>(8, 0.5f), reduced_);
  }
  void Project() { grid_.Project(latent_, effective_, 1); }

  static constexpr size_t kStep = 8 + 1;  // the latent value: after eight weights, of three entries
  const std::vector<float> weights_ = {0, 0, 0.9f, 1.1f, 0.8f, 1.2f, -0.9f, 0.1f};
  const DeadZoneGrid start_;
  RateConstraint grid_;
  std::vector<float> latent_, reduced_, effective_ = std::vector<float>(8);
};

TEST_F(RateOnAGrid, EntriesAreMultiplesOfTheStep) {
  const float step = latent_[kStep];
  EXPECT_NEAR(step, 1.2f, 0.004f);
  EXPECT_THAT(effective_, ElementsAre(0, 0, step, step, step, step, -step, 0));
  EXPECT_THAT(grid_.Finish(latent_).codebook, ElementsAre(0, -step, step));
}

TEST_F(RateOnAGrid, TheStepBecomesTheBestFit) {
  grid_.Refit(0, latent_);
  // (0.9 + 1.1 + 0.8 + 1.2 + 0.9) / 5.
  EXPECT_NEAR(latent_[kStep], 0.98f, 1e-6f);
  Project();
  EXPECT_NEAR(effective_[2], 0.98f, 0.002f);
  EXPECT_EQ(effective_[6], -effective_[2]);
}

TEST_F(RateOnAGrid, WhatIsDearGoesToZero) {
  // As of free entries: counts 1, 3, 4 of eight, lengths 3, 1.415, 1, curvature 0.5, step 0.98.
  // -0.9 goes to zero where 4 lambda (3 - 1.415) > 0.9^2 - 0.08^2 = 0.804.
  grid_.Refit(0.12, latent_);
  Project();
  EXPECT_NE(effective_[6], 0.0f);
  grid_.Refit(0.14, latent_);
  Project();
  EXPECT_EQ(effective_[6], 0.0f);
  EXPECT_NE(effective_[2], 0.0f);
}

TEST_F(RateOnAGrid, FixedCodesTrainTheStep) {
  grid_.Fix(latent_);
  grid_.ReduceGradient(latent_, std::vector<float>{9, 9, 1, 2, 3, 4, 5, 6}, reduced_);
  EXPECT_THAT(std::vector<float>(reduced_.begin(), reduced_.begin() + 8), Each(0.0f));
  // Sum of n g over the root of the sum of n^2.
  EXPECT_NEAR(reduced_[kStep], (1 + 2 + 3 + 4 - 5) / std::sqrt(5.0f), 1e-6f);
  EXPECT_EQ(reduced_[kStep - 1], 0.0f);
  EXPECT_EQ(reduced_[kStep + 1], 0.0f);
  // Changes that are smaller than the distance of two steps add up.
  const float before = latent_[kStep];
  for (int i = 0; i < 1000; ++i) {
    latent_[kStep] += 1e-5f;
    Project();
  }
  EXPECT_NEAR(latent_[kStep], before + 0.01f, 1e-4f);
  EXPECT_NEAR(effective_[2], before + 0.01f, 0.004f);
}

}  // namespace
}  // namespace dc
