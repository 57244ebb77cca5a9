#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "quantize/policy.h"
#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

struct Fit {
  std::vector<float> codebook;
  std::vector<uint16_t> codes;
  int iterations = 0;
};

Fit Cluster(const std::vector<float>& values, int bits, const std::string& init) {
  PolicyOptions options;
  options.bits = bits;
  options.settings["init"] = init;
  Fit fit;
  QuantizedWeight weight = (*FindPolicy("kmeans"))->Quantize(values, options, &fit.iterations);
  fit.codebook = std::move(weight.codebook);
  fit.codes = std::move(weight.codes);
  return fit;
}

double ErrorOf(const std::vector<float>& values, const Fit& fit) {
  double error = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    error += std::pow(static_cast<double>(values[i]) - fit.codebook[fit.codes[i]], 2);
  }
  return error;
}

TEST(KMeans, HandComputed) {
  const Fit fit = Cluster({1, 9, 2, 10, 3, 11}, 1, "linear");
  EXPECT_EQ(fit.codebook, (std::vector<float>{2, 10}));
  EXPECT_EQ(fit.codes, (std::vector<uint16_t>{0, 1, 0, 1, 0, 1}));
  EXPECT_EQ(fit.iterations, 1);
}

TEST(KMeans, CodebookShrinksToTheDistinctValues) {
  const std::vector<float> values = {3, 1, 3, 2, 2, 1};
  const Fit fit = Cluster(values, 5, "random");
  EXPECT_EQ(fit.codebook, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(ErrorOf(values, fit), 0);
}

TEST(KMeans, SparseLayerLeavesRoomForTheZero) {
  std::vector<float> values = SurvivorValues(500, 1);
  values[7] = 0;
  for (const int bits : {1, 4}) {
    const Fit fit = Cluster(values, bits, "linear");
    EXPECT_EQ(fit.codebook.size(), size_t{1} << bits);
    EXPECT_EQ(fit.codebook[0], 0.0f);
    EXPECT_EQ(fit.codes[7], 0);
    EXPECT_EQ(std::count(fit.codes.begin(), fit.codes.end(), 0), 1);
  }
}

TEST(KMeans, CodesAreNearestAndCentroidsAreMeans) {
  const std::vector<float> values = SurvivorValues(4000, 9);
  for (const auto init : {"linear", "density", "random", "exact"}) {
    const Fit fit = Cluster(values, 5, init);
    ASSERT_EQ(fit.codebook.size(), 32u);
    EXPECT_TRUE(std::is_sorted(fit.codebook.begin(), fit.codebook.end()));
    EXPECT_EQ(fit.iterations == 0, std::string(init) == "exact");
    EXPECT_NEAR(ErrorOf(values, fit), NearestError(values, fit.codebook), 1e-12);
    std::vector<double> sums(32), counts(32);
    for (size_t i = 0; i < values.size(); ++i) {
      sums[fit.codes[i]] += values[i];
      ++counts[fit.codes[i]];
    }
    for (size_t c = 0; c < 32; ++c) EXPECT_NEAR(fit.codebook[c], sums[c] / counts[c], 1e-6);
  }
}

TEST(KMeans, BinnedClusteringIsAsGoodAsExactValues) {
  // A weight too large to sort, and the same distribution in a part that is sorted.
  std::vector<float> values = LaplaceValues((1 << 20) + 1000, 12);
  const std::vector<float> part(values.begin(), values.begin() + (1 << 20));
  for (const auto init : {"linear", "exact"}) {
    const double binned = ErrorOf(values, Cluster(values, 5, init));
    const double sorted = ErrorOf(part, Cluster(part, 5, init));
    const double scale = static_cast<double>(part.size()) / static_cast<double>(values.size());
    EXPECT_NEAR(binned * scale / sorted, 1, 0.003);
  }
  // An outlier takes one entry and leaves the others as good as before.
  const double before = ErrorOf(values, Cluster(values, 5, "exact"));
  values[5] = 1e6f;
  const Fit fit = Cluster(values, 5, "exact");
  EXPECT_EQ(fit.codebook.back(), 1e6f);
  EXPECT_LT(ErrorOf(values, fit), before * 1.2);
}

TEST(KMeans, LargeWeightOfFewValuesKeepsThem) {
  std::vector<float> values((1 << 20) + 17);
  for (size_t i = 0; i < values.size(); ++i) values[i] = 1.0f + static_cast<float>(i % 7) * 1e-6f;
  const Fit fit = Cluster(values, 3, "linear");
  EXPECT_EQ(fit.codebook.size(), std::set<float>(values.begin(), values.end()).size());
  EXPECT_EQ(ErrorOf(values, fit), 0);
}

}  // namespace
}  // namespace dc
