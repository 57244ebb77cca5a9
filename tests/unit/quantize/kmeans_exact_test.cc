#include "quantize/kmeans_exact.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "quantize/lloyd.h"
#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

double ErrorOf(const std::vector<float>& sorted, size_t begin, size_t end) {
  double mean = 0, error = 0;
  for (size_t i = begin; i < end; ++i) mean += sorted[i];
  mean /= static_cast<double>(end - begin);
  for (size_t i = begin; i < end; ++i) error += (sorted[i] - mean) * (sorted[i] - mean);
  return error;
}

// Tries every way to cut the sorted values into k runs.
double BruteForce(std::vector<float> values, size_t k) {
  std::sort(values.begin(), values.end());
  std::function<double(size_t, size_t)> best = [&](size_t begin, size_t clusters) {
    if (clusters == 1) return ErrorOf(values, begin, values.size());
    double least = std::numeric_limits<double>::infinity();
    for (size_t end = begin + 1; end + clusters - 1 <= values.size(); ++end) {
      least = std::min(least, ErrorOf(values, begin, end) + best(end, clusters - 1));
    }
    return least;
  };
  return best(0, k);
}

// The textbook table, O(k m^2).
double FullTable(const WeightedPoints& points, size_t k) {
  const size_t m = points.size();
  std::vector<double> row(m + 1, std::numeric_limits<double>::infinity());
  row[0] = 0;
  for (size_t clusters = 1; clusters <= k; ++clusters) {
    std::vector<double> next(m + 1, std::numeric_limits<double>::infinity());
    for (size_t end = clusters; end <= m; ++end) {
      for (size_t begin = clusters - 1; begin < end; ++begin) {
        next[end] = std::min(next[end], row[begin] + points.Error(begin, end));
      }
    }
    row = next;
  }
  return row[m];
}

double TotalError(const WeightedPoints& points, const std::vector<size_t>& bounds) {
  double error = 0;
  for (size_t c = 0; c + 1 < bounds.size(); ++c) error += points.Error(bounds[c], bounds[c + 1]);
  return error;
}

void ExpectClusters(const std::vector<size_t>& bounds, size_t k, size_t m) {
  ASSERT_EQ(bounds.size(), k + 1);
  EXPECT_EQ(bounds.front(), 0u);
  EXPECT_EQ(bounds.back(), m);
  for (size_t c = 0; c < k; ++c) EXPECT_LT(bounds[c], bounds[c + 1]);
}

TEST(ExactKMeans, EqualsBruteForce) {
  Rng rng(5);
  for (int round = 0; round < 200; ++round) {
    std::vector<float> values(1 + rng.Below(11));
    for (float& value : values) {
      // Small integers: distances, and so prices of clusterings, tie often.
      value = round % 2 ? static_cast<float>(rng.Below(9)) : static_cast<float>(rng.Normal());
    }
    const WeightedPoints points = MakePoints(values, 16);
    for (size_t k = 1; k <= points.size(); ++k) {
      const std::vector<size_t> bounds = ExactKMeans(points, k);
      ExpectClusters(bounds, k, points.size());
      EXPECT_NEAR(TotalError(points, bounds), BruteForce(values, k), 1e-9) << round << " k=" << k;
    }
  }
}

TEST(ExactKMeans, EqualsTheFullTable) {
  std::vector<float> grid(301);  // every split of an even grid ties with many others
  for (size_t i = 0; i < grid.size(); ++i) grid[i] = static_cast<float>(i);
  for (const std::vector<float>& values :
       {NormalValues(300, 1), LaplaceValues(300, 2), SurvivorValues(300, 3), grid}) {
    const WeightedPoints points = MakePoints(values, 65536);
    for (const size_t k : {2, 3, 5, 16, 31, 64, 150, 299}) {
      const std::vector<size_t> bounds = ExactKMeans(points, k);
      ExpectClusters(bounds, k, points.size());
      const double expected = FullTable(points, k);
      EXPECT_NEAR(TotalError(points, bounds), expected, 1e-9 * expected + 1e-14) << k;
    }
  }
}

TEST(ExactKMeans, IsNeverWorseThanLloyd) {
  for (const std::vector<float>& values :
       {NormalValues(20000, 6), LaplaceValues(20000, 7), SurvivorValues(20000, 8)}) {
    const WeightedPoints points = MakePoints(values, 65536);
    double last = std::numeric_limits<double>::infinity();
    for (const size_t k : {2, 15, 16, 31, 32, 255, 256}) {
      const double exact = TotalError(points, ExactKMeans(points, k));
      EXPECT_LT(exact, last);
      last = exact;
      for (const auto init :
           {CodebookInit::kLinear, CodebookInit::kDensity, CodebookInit::kRandom}) {
        std::vector<double> centroids =
            RunLloyd(points, InitialCentroids(points, k, init, 3)).centroids;
        for (double& centroid : centroids) centroid += points.center;
        EXPECT_LE(exact, NearestError(values, centroids) * (1 + 1e-9)) << k;
      }
    }
  }
}

TEST(ExactKMeans, TwoClumpsAndAnOutlier) {
  const std::vector<float> values = {0, 0.1f, 0.2f, 5, 5.1f, 5.2f, 1e6f};
  const WeightedPoints points = MakePoints(values, 16);
  EXPECT_EQ(ExactKMeans(points, 3), (std::vector<size_t>{0, 3, 6, 7}));
}

}  // namespace
}  // namespace dc
