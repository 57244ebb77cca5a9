#include "quantize/lloyd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

// Lloyd's algorithm as it is defined: O(n k) an iteration, ties to the lower centroid.
std::vector<double> NaiveLloyd(const std::vector<float>& values, std::vector<double> centroids,
                               int* iterations) {
  std::vector<size_t> last(values.size(), SIZE_MAX);
  for (*iterations = 0;; ++*iterations) {
    std::vector<size_t> nearest(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      for (size_t c = 1; c < centroids.size(); ++c) {
        const double here = std::abs(values[i] - centroids[c]);
        if (here < std::abs(values[i] - centroids[nearest[i]])) nearest[i] = c;
      }
    }
    if (nearest == last) return centroids;
    last = nearest;
    for (size_t c = 0; c < centroids.size(); ++c) {
      double sum = 0, count = 0;
      for (size_t i = 0; i < values.size(); ++i) {
        if (nearest[i] != c) continue;
        sum += values[i];
        ++count;
      }
      EXPECT_GT(count, 0) << "the comparison needs clusters that never run empty";
      centroids[c] = sum / count;
    }
  }
}

std::vector<double> Absolute(const WeightedPoints& points, std::vector<double> centroids) {
  for (double& centroid : centroids) centroid += points.center;
  return centroids;
}

TEST(Lloyd, EqualsTheNaiveAlgorithm) {
  for (const size_t k : {1, 2, 3, 8, 16}) {
    const std::vector<float> values = NormalValues(3000, 10 + k);
    const WeightedPoints points = MakePoints(values, 65536);
    const std::vector<double> start = InitialCentroids(points, k, CodebookInit::kDensity, 1);
    int iterations = 0;
    const std::vector<double> expected = NaiveLloyd(values, Absolute(points, start), &iterations);
    const LloydResult result = RunLloyd(points, start);
    ASSERT_EQ(result.centroids.size(), k);
    EXPECT_EQ(result.iterations, iterations);
    const std::vector<double> centroids = Absolute(points, result.centroids);
    for (size_t c = 0; c < k; ++c) EXPECT_NEAR(centroids[c], expected[c], 1e-9) << k << " " << c;
  }
}

TEST(Lloyd, NeverRaisesTheError) {
  const std::vector<float> values = SurvivorValues(5000, 4);
  const WeightedPoints points = MakePoints(values, 65536);
  for (const auto init : {CodebookInit::kLinear, CodebookInit::kDensity, CodebookInit::kRandom}) {
    for (const size_t k : {2, 7, 32, 200}) {
      const std::vector<double> start = InitialCentroids(points, k, init, 9);
      const LloydResult result = RunLloyd(points, start);
      const double before = NearestError(values, Absolute(points, start));
      const double after = NearestError(values, Absolute(points, result.centroids));
      EXPECT_LE(after, before);
      // A run from the result moves nothing: every centroid is the mean of its points.
      const LloydResult again = RunLloyd(points, result.centroids);
      EXPECT_EQ(again.centroids, result.centroids);
      EXPECT_EQ(again.iterations, 1);
    }
  }
}

TEST(Lloyd, PutsEmptyCentroidsToUse) {
  // Evenly spaced centroids between two clumps would stay without points.
  std::vector<float> values;
  for (int i = 0; i < 50; ++i) {
    values.push_back(-10.0f - 0.01f * static_cast<float>(i));
    values.push_back(10.0f + 0.01f * static_cast<float>(i));
  }
  const WeightedPoints points = MakePoints(values, 65536);
  const LloydResult result =
      RunLloyd(points, InitialCentroids(points, 10, CodebookInit::kLinear, 1));
  ASSERT_EQ(result.centroids.size(), 10u);
  // Two clumps of 50 points 0.01 apart in 10 clusters: about 10 points each, error n^3 / 12 * 1e-4
  // a cluster; ten times that allows for an uneven split.
  EXPECT_LT(NearestError(values, Absolute(points, result.centroids)), 10 * 1000.0 / 12 * 1e-4 * 10);
}

TEST(InitialCentroids, AreWhatTheirNamesSay) {
  const std::vector<float> values = {0, 1, 1, 1, 1, 1, 1, 10};
  const WeightedPoints points = MakePoints(values, 16);
  EXPECT_EQ(Absolute(points, InitialCentroids(points, 3, CodebookInit::kLinear, 1)),
            (std::vector<double>{0, 5, 10}));
  // Ranks 8/6, 4 and 40/6 of 0..8: all among the ones.
  EXPECT_EQ(Absolute(points, InitialCentroids(points, 3, CodebookInit::kDensity, 1)),
            (std::vector<double>{1, 1, 1}));
  std::set<std::vector<double>> draws;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const auto draw = InitialCentroids(points, 2, CodebookInit::kRandom, seed);
    EXPECT_LT(draw[0], draw[1]);
    EXPECT_EQ(draw, InitialCentroids(points, 2, CodebookInit::kRandom, seed));
    draws.insert(draw);
  }
  EXPECT_GT(draws.size(), 1u);
}

}  // namespace
}  // namespace dc
