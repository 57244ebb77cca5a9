// What every policy must do, run over all that are registered.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "quantize/policy.h"
#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

using testing::HasSubstr;

Tensor Row(const std::vector<float>& values) {
  return Tensor::F32({1, static_cast<int64_t>(values.size())}, values);
}

std::vector<float> WithZeros(std::vector<float> values) {
  for (size_t i = 0; i < values.size(); i += 3) values[i] = 0.0f;
  return values;
}

struct Sample {
  std::string name;
  std::vector<float> values;
};

std::vector<Sample> Samples() {
  return {{"dense", NormalValues(700, 1)},
          {"sparse", WithZeros(LaplaceValues(700, 2))},
          {"survivors", WithZeros(SurvivorValues(700, 3))},
          {"constant", std::vector<float>(20, 0.3f)},
          {"single", {-1.7f}},
          {"single zero", {0.0f}},
          {"all zero", std::vector<float>(9, 0.0f)},
          {"tied", {1, 1, 1, -2, -2, 0.5f, 0.5f, 0.5f, 1, -2}},
          {"tied sparse", {1, 0, 1, -2, 0, -2, 0.5f, 0.5f, 0, 1}},
          {"one survivor", {0, 0, 0.25f, 0}},
          {"minus zero", {-0.0f, 1, -1, 2}},
          {"tiny", {1e-38f, -2e-38f, 3e-38f, 1e-44f}},
          {"huge", {3e38f, -3e38f, 1e38f, 2.5e38f}}};
}

// The defaults, and each value of each option.
std::vector<PolicySettings> SettingsOf(const Policy& policy) {
  std::vector<PolicySettings> all = {{}};
  for (const PolicyOption& option : policy.info().options) {
    for (const std::string& value : option.values) all.push_back({{option.name, value}});
  }
  return all;
}

class EveryPolicy : public testing::TestWithParam<const Policy*> {
 protected:
  std::string name() const { return GetParam()->info().name; }
};

TEST_P(EveryPolicy, GivesValidDeterministicCodes) {
  for (const Sample& sample : Samples()) {
    const bool sparse =
        std::find(sample.values.begin(), sample.values.end(), 0.0f) != sample.values.end();
    for (const int bits : {1, 2, 3, 5, 8, 16}) {
      for (const PolicySettings& settings : SettingsOf(*GetParam())) {
        SCOPED_TRACE(sample.name + ", " + std::to_string(bits) + " bits");
        LayerQuantization report;
        const auto weight = QuantizeWeight(Row(sample.values), name(), bits, settings, 7, &report);
        ASSERT_TRUE(weight.ok()) << weight.status().ToString();
        EXPECT_EQ(weight->shape, Row(sample.values).shape);
        EXPECT_EQ(weight->policy, name());
        EXPECT_EQ(weight->bits, GetParam()->EffectiveBits(bits));
        EXPECT_LE(weight->codebook.size(), size_t{1} << weight->bits);
        EXPECT_EQ(report.entries, static_cast<int64_t>(weight->codebook.size()));
        ASSERT_EQ(weight->codes.size(), sample.values.size());
        if (sparse) {
          EXPECT_TRUE(weight->sparse());
        }
        for (const float value : weight->codebook) EXPECT_TRUE(std::isfinite(value));
        double worst = 0;
        for (size_t i = 0; i < sample.values.size(); ++i) {
          ASSERT_LT(weight->codes[i], weight->codebook.size());
          const double value = sample.values[i], stored = weight->codebook[weight->codes[i]];
          if (value == 0) {
            EXPECT_EQ(weight->codes[i], 0);
          } else {
            worst = std::max(worst, std::abs(value - stored));
          }
        }
        EXPECT_DOUBLE_EQ(report.max_error, worst);
        EXPECT_LE(report.rms_error, worst * (1 + 1e-12));

        const auto again = QuantizeWeight(Row(sample.values), name(), bits, settings, 7, nullptr);
        EXPECT_EQ(again->codebook, weight->codebook);
        EXPECT_EQ(again->codes, weight->codes);
      }
    }
  }
}

TEST_P(EveryPolicy, FinishReproducesAnUntrainedWeight) {
  for (const Sample& sample : Samples()) {
    for (const int bits : {1, 2, 5, 8, 16}) {
      SCOPED_TRACE(sample.name + ", " + std::to_string(bits) + " bits");
      const auto weight = QuantizeWeight(Row(sample.values), name(), bits, {}, 1, nullptr);
      ASSERT_TRUE(weight.ok());
      ConstrainedWeight constrained = GetParam()->MakeConstraint(*weight, sample.values);
      ASSERT_FALSE(constrained.latent.empty());
      std::vector<float> effective(sample.values.size(), 9.0f);
      constrained.constraint->Project(constrained.latent, effective, 0);
      const QuantizedWeight finished = GetParam()->Finish(*weight, constrained.latent);
      EXPECT_EQ(finished.codebook, weight->codebook);
      EXPECT_EQ(finished.codes, weight->codes);
      EXPECT_EQ(finished.bits, weight->bits);
      EXPECT_EQ(finished.policy, weight->policy);
      for (size_t i = 0; i < effective.size(); ++i) {
        EXPECT_EQ(effective[i], weight->codebook[weight->codes[i]]);
      }
    }
  }
}

TEST_P(EveryPolicy, TrainingKeepsPrunedWeightsZeroAndTheCodebookInRange) {
  const std::vector<float> values = WithZeros(SurvivorValues(300, 4));
  auto weight = QuantizeWeight(Row(values), name(), 4, {}, 1, nullptr);
  ASSERT_TRUE(weight.ok());
  ConstrainedWeight constrained = GetParam()->MakeConstraint(*weight, values);
  std::vector<float> effective(values.size()), gradient(values.size());
  std::vector<float> reduced(constrained.latent.size());
  Rng rng(8);
  for (int step = 0; step < 50; ++step) {
    constrained.constraint->Project(constrained.latent, effective, 0);
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] == 0.0f) {
        ASSERT_EQ(effective[i], 0.0f);
      }
      gradient[i] = static_cast<float>(rng.Normal());
    }
    constrained.constraint->ReduceGradient(constrained.latent, gradient, reduced);
    for (size_t i = 0; i < reduced.size(); ++i) constrained.latent[i] -= 0.01f * reduced[i];
  }
  constrained.constraint->Project(constrained.latent, effective, 0);
  const QuantizedWeight finished = GetParam()->Finish(*weight, constrained.latent);
  EXPECT_TRUE(finished.sparse());
  EXPECT_LE(finished.codebook.size(), size_t{1} << finished.bits);
  bool moved = false;
  for (size_t i = 0; i < values.size(); ++i) {
    ASSERT_LT(finished.codes[i], finished.codebook.size());
    EXPECT_EQ(finished.codebook[finished.codes[i]], effective[i]);
    if (values[i] == 0.0f) {
      EXPECT_EQ(finished.codes[i], 0);
    }
    moved |= effective[i] != weight->codebook[weight->codes[i]];
  }
  EXPECT_TRUE(moved);
}

// A file may name a policy that its codebook does not come from, or say nothing true about bits.
TEST_P(EveryPolicy, TrainsACodebookOfAnyOrigin) {
  const std::vector<std::vector<float>> codebooks = {
      {0}, {0.5f}, {0, 0}, {1, 2}, {0, -1, 1}, {3, 1, 2, 7}, {0, 0, 0, 0}, {0, 1e-42f, 2e-42f}};
  for (const std::vector<float>& codebook : codebooks) {
    for (const int bits : {-5, 0, 1, 2, 3, 16, 99}) {
      QuantizedWeight weight{{5}, codebook, {}, name(), bits};
      std::vector<float> original;
      for (size_t i = 0; i < 5; ++i) {
        weight.codes.push_back(static_cast<uint16_t>(i % codebook.size()));
        original.push_back(codebook[weight.codes.back()]);
      }
      ConstrainedWeight constrained = GetParam()->MakeConstraint(weight, original);
      std::vector<float> effective(5), reduced(constrained.latent.size());
      constrained.constraint->Project(constrained.latent, effective, 0);
      constrained.constraint->ReduceGradient(constrained.latent, effective, reduced);
      const QuantizedWeight finished = GetParam()->Finish(weight, constrained.latent);
      ASSERT_EQ(finished.codes.size(), 5u);
      for (size_t i = 0; i < 5; ++i) {
        ASSERT_LT(finished.codes[i], finished.codebook.size());
        EXPECT_EQ(finished.codebook[finished.codes[i]], effective[i]);
      }
    }
  }
}

TEST_P(EveryPolicy, RefusesBitsOutOfRange) {
  for (const int bits : {-1, 0, 17, 1000}) {
    const auto weight = QuantizeWeight(Row({1, 2}), name(), bits, {}, 1, nullptr);
    ASSERT_FALSE(weight.ok());
    EXPECT_EQ(weight.status().code(), StatusCode::kUsage);
  }
}

TEST_P(EveryPolicy, RefusesNanInfinityAndEmptyWeights) {
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity(),
                          -std::numeric_limits<float>::infinity()}) {
    const auto weight = QuantizeWeight(Row({1, 2, bad, 0}), name(), 4, {}, 1, nullptr);
    ASSERT_FALSE(weight.ok());
    EXPECT_EQ(weight.status().code(), StatusCode::kBadInput);
    EXPECT_THAT(weight.status().where(), HasSubstr("element 2"));
  }
  const Tensor empty = Tensor::Zeros(DataType::kFloat32, {0, 3});
  EXPECT_EQ(QuantizeWeight(empty, name(), 4, {}, 1, nullptr).status().code(),
            StatusCode::kBadInput);
  const Tensor integers = Tensor::Zeros(DataType::kInt32, {4});
  EXPECT_EQ(QuantizeWeight(integers, name(), 4, {}, 1, nullptr).status().code(),
            StatusCode::kUnsupported);
}

INSTANTIATE_TEST_SUITE_P(Policies, EveryPolicy, testing::ValuesIn(AllPolicies()),
                         [](const auto& test) { return test.param->info().name; });

TEST(PolicyRegistry, IsSortedAndDescribed) {
  const std::vector<PolicyInfo> infos = ListPolicies();
  ASSERT_GE(infos.size(), 3u);
  for (size_t i = 0; i < infos.size(); ++i) {
    if (i) {
      EXPECT_LT(infos[i - 1].name, infos[i].name);
    }
    EXPECT_FALSE(infos[i].paper.empty());
    EXPECT_FALSE(infos[i].summary.empty());
    EXPECT_EQ((*FindPolicy(infos[i].name))->info().name, infos[i].name);
  }
  const auto unknown = FindPolicy("k-means");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.status().code(), StatusCode::kUsage);
  EXPECT_THAT(unknown.status().ToString(), HasSubstr("dead_zone, fixed_point, kmeans, ternary"));
}

}  // namespace
}  // namespace dc
