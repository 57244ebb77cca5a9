// Against brute force on small problems: the samples themselves, and every choice tried.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "base/rng.h"
#include "calibrate/codebook_fit.h"
#include "calibrate/layer_problem.h"
#include "calibrate/saliency.h"

namespace dc::calibrate {
namespace {

constexpr int64_t kSamples = 200;
constexpr int kInputs = 5;

// Samples of correlated inputs, what another network has at the same place, and their moments.
struct Samples {
  std::vector<std::vector<double>> x, r;
  InputMoments moments;
};

Samples MakeSamples(uint64_t seed, double drift) {
  Rng rng(seed);
  Samples samples;
  InputMoments& m = samples.moments;
  m.inputs = kInputs;
  m.count = kSamples;
  m.second.assign(kInputs * kInputs, 0);
  m.cross = m.reference_second = m.second;
  m.mean.assign(kInputs, 0);
  m.reference_mean = m.mean;
  for (int64_t s = 0; s < kSamples; ++s) {
    const double common = rng.Normal();
    std::vector<double> x, r;
    for (int i = 0; i < kInputs; ++i) {
      r.push_back(common * (1 + 0.3 * i) + rng.Normal() + 0.5);
      x.push_back(r.back() + drift * rng.Normal() + drift);
    }
    for (int i = 0; i < kInputs; ++i) {
      m.mean[i] += x[i] / kSamples;
      m.reference_mean[i] += r[i] / kSamples;
      for (int j = 0; j < kInputs; ++j) {
        m.second[i * kInputs + j] += x[i] * x[j] / kSamples;
        m.cross[i * kInputs + j] += r[i] * x[j] / kSamples;
        m.reference_second[i * kInputs + j] += r[i] * r[j] / kSamples;
      }
    }
    samples.x.push_back(x);
    samples.r.push_back(r);
  }
  return samples;
}

// Mean over the samples of (w r - w' x - c)^2 for the best constant c, or c = 0.
double MeasuredError(const Samples& samples, const Matrix& w, const Vector& compressed,
                     bool centred) {
  std::vector<double> differences;
  for (size_t s = 0; s < samples.x.size(); ++s) {
    double difference = 0;
    for (int i = 0; i < kInputs; ++i) {
      difference += w(0, i) * samples.r[s][i] - compressed[i] * samples.x[s][i];
    }
    differences.push_back(difference);
  }
  const double mean =
      std::accumulate(differences.begin(), differences.end(), 0.0) / kSamples * (centred ? 1 : 0);
  double error = 0;
  for (const double difference : differences) error += (difference - mean) * (difference - mean);
  return error / kSamples;
}

Matrix RowOf(uint64_t seed) {
  Rng rng(seed);
  Matrix w(1, kInputs);
  for (int i = 0; i < kInputs; ++i) w(0, i) = rng.Normal();
  return w;
}

constexpr double kNoDamping = 0;

TEST(SolveKept, IsTheLeastSquaresSolutionOnTheKeptWeights) {
  for (const bool centred : {false, true}) {
    for (uint64_t seed = 1; seed < 6; ++seed) {
      const Samples samples = MakeSamples(seed, 0.4);
      const Matrix w = RowOf(seed + 100);
      const LayerProblem problem = MakeProblem(w, samples.moments, centred, kNoDamping);
      const std::vector<uint8_t> kept = {1, 0, 1, 1, 0};
      const Vector found = SolveKept(problem, 0, kept);
      const double least = MeasuredError(samples, w, found, centred);
      for (int i = 0; i < kInputs; ++i) {
        if (!kept[i]) {
          EXPECT_EQ(found[i], 0);
          continue;
        }
        // The error is quadratic: at its least any step raises it, by the same both ways.
        Vector up = found, down = found;
        up[i] += 1e-3;
        down[i] -= 1e-3;
        const double above = MeasuredError(samples, w, up, centred) - least;
        const double below = MeasuredError(samples, w, down, centred) - least;
        EXPECT_GT(above, 0);
        EXPECT_NEAR(above, below, 1e-9);
      }
    }
  }
}

TEST(MakeProblem, WithoutDriftTheLeastIsTheOriginal) {
  const Samples samples = MakeSamples(3, 0);
  const Matrix w = RowOf(4);
  const LayerProblem problem = MakeProblem(w, samples.moments, true);
  const Vector found = SolveKept(problem, 0, std::vector<uint8_t>(kInputs, 1));
  for (int i = 0; i < kInputs; ++i) EXPECT_NEAR(found[i], w(0, i), 1e-9);
}

// All orders of removal follow from the errors of all subsets, each solved by itself.
TEST(RowSaliencies, EachRemovalIsTheCheapestAndCostsWhatItSays) {
  for (uint64_t seed = 1; seed < 8; ++seed) {
    const Samples samples = MakeSamples(seed, 0.2);
    const Matrix w = RowOf(seed + 50);
    LayerProblem problem = MakeProblem(w, samples.moments, true, kNoDamping);
    problem.row_weights[0] = 3;
    std::vector<uint8_t> kept(kInputs, 1);
    const Vector start = SolveKept(problem, 0, kept);
    std::vector<double> saliencies(kInputs);
    RowSaliencies(problem, InverseHessian(problem), 0, start, 1, saliencies);

    double highest = 0, before = MeasuredError(samples, w, start, true);
    for (int removal = 0; removal < kInputs; ++removal) {
      int cheapest = -1;
      double least = std::numeric_limits<double>::infinity();
      for (int i = 0; i < kInputs; ++i) {
        if (!kept[i]) continue;
        std::vector<uint8_t> without = kept;
        without[i] = 0;
        const double error =
            MeasuredError(samples, w, SolveKept(problem, 0, without), true) - before;
        if (error < least) {
          least = error;
          cheapest = i;
        }
      }
      kept[cheapest] = 0;
      before += least;
      highest = std::max(highest, 3 * least);
      EXPECT_NEAR(saliencies[cheapest], highest, 1e-7 * (1 + highest)) << removal;
    }
  }
}

TEST(RowSaliencies, SeveralAtATimeRemoveTheSameAlmostAlways) {
  const Samples samples = MakeSamples(2, 0.2);
  const Matrix w = RowOf(9);
  const LayerProblem problem = MakeProblem(w, samples.moments, true);
  const Vector start = SolveKept(problem, 0, std::vector<uint8_t>(kInputs, 1));
  std::vector<double> alone(kInputs), together(kInputs);
  RowSaliencies(problem, InverseHessian(problem), 0, start, 1, alone);
  RowSaliencies(problem, InverseHessian(problem), 0, start, 2, together);
  // The first to go are the two of least rise by themselves.
  const auto first = std::min_element(alone.begin(), alone.end()) - alone.begin();
  EXPECT_NEAR(together[first], alone[first], 1e-9);
  for (const double saliency : together) EXPECT_GT(saliency, 0);
}

QuantizedGroup GroupOf(const LayerProblem& problem) { return {problem, 0}; }

TEST(FitCodebook, CodesAreNearTheBestOfAllAndTheErrorIsWhatItSays) {
  ThreadPool pool(1);
  for (uint64_t seed = 1; seed < 10; ++seed) {
    const Samples samples = MakeSamples(seed, 0.1);
    const Matrix w = RowOf(seed + 20);
    const LayerProblem problem = MakeProblem(w, samples.moments, true);
    const std::vector<uint8_t> kept = {1, 1, 0, 1, 1};
    const CodebookFit fit = FitCodebook({GroupOf(problem)}, kept, 3, 4, &pool);
    ASSERT_LE(fit.codebook.size(), 3u);
    EXPECT_EQ(fit.codebook[0], 0.0f);
    Vector q(kInputs);
    for (int i = 0; i < kInputs; ++i) q[i] = fit.codebook[fit.codes[i]];
    EXPECT_EQ(fit.codes[2], 0);
    const Vector least = SolveKept(problem, 0, kept);
    EXPECT_NEAR(ErrorOf(problem, 0, q, least), fit.error, 1e-9);
    // Every assignment of this codebook, and plain rounding to the nearest entry.
    double best = std::numeric_limits<double>::infinity();
    const auto entries = static_cast<int>(fit.codebook.size());
    const int assignments = static_cast<int>(std::pow(entries, 4));
    for (int a = 0; a < assignments; ++a) {
      Vector tried = Vector::Zero(kInputs);
      int digits = a;
      for (const int i : {0, 1, 3, 4}) {
        tried[i] = fit.codebook[digits % entries];
        digits /= entries;
      }
      best = std::min(best, ErrorOf(problem, 0, tried, least));
    }
    EXPECT_GE(fit.error, best - 1e-12);
    EXPECT_LE(fit.error, 3 * best + 1e-9);
  }
}

TEST(FitCodebook, IndependentInputsGetTheirNearestEntry) {
  ThreadPool pool(2);
  constexpr int kRows = 40;
  LayerProblem problem;
  problem.hessian = Matrix::Identity(kInputs, kInputs);
  problem.linear.resize(kRows, kInputs);
  problem.row_weights = Vector::Ones(kRows);
  Rng rng(5);
  for (int r = 0; r < kRows; ++r) {
    for (int i = 0; i < kInputs; ++i) problem.linear(r, i) = rng.Normal();
  }
  const std::vector<uint8_t> kept(kRows * kInputs, 1);
  const CodebookFit fit = FitCodebook({GroupOf(problem)}, kept, 8, 3, &pool);
  EXPECT_EQ(fit.codebook.size(), 8u);
  EXPECT_TRUE(std::is_sorted(fit.codebook.begin(), fit.codebook.end()));
  for (int r = 0; r < kRows; ++r) {
    for (int i = 0; i < kInputs; ++i) {
      const double value = problem.linear(r, i);
      const double own = std::abs(value - fit.codebook[fit.codes[r * kInputs + i]]);
      for (const float entry : fit.codebook) EXPECT_LE(own, std::abs(value - entry) + 1e-12);
    }
  }
}

TEST(FitCodebook, LayersOfFewValuesKeepThem) {
  ThreadPool pool(1);
  LayerProblem problem;
  problem.hessian = Matrix::Identity(kInputs, kInputs);
  problem.linear.resize(1, kInputs);
  problem.linear << 0.5, -0.25, 0.5, 0.5, -0.25;
  problem.row_weights = Vector::Ones(1);
  const CodebookFit fit =
      FitCodebook({GroupOf(problem)}, std::vector<uint8_t>(kInputs, 1), 16, 2, &pool);
  EXPECT_EQ(fit.codebook, (std::vector<float>{-0.25f, 0.5f}));
  EXPECT_NEAR(fit.error, 0, 1e-15);
  // Nothing survives.
  const CodebookFit none =
      FitCodebook({GroupOf(problem)}, std::vector<uint8_t>(kInputs, 0), 16, 2, &pool);
  EXPECT_EQ(none.codebook, std::vector<float>{0.0f});
}

}  // namespace
}  // namespace dc::calibrate
