#include "quantize/lloyd.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/rng.h"

namespace dc {
namespace {

constexpr size_t kMaxCentroidMoves = size_t{1} << 28;

// Index of the first value above `limit`, searched outward from `hint`: between two iterations a
// boundary moves little.
size_t FirstAbove(const std::vector<double>& values, double limit, size_t hint) {
  size_t step = 1;
  size_t low = hint,
         high = hint;  // values before `low` are <= limit, from `high` on they are above
  if (hint > 0 && values[hint - 1] > limit) {
    while (low > 0 && values[low - 1] > limit) {
      high = low - 1;
      low = low > step ? low - step : 0;
      step *= 2;
    }
  } else {
    while (high < values.size() && values[high] <= limit) {
      low = high + 1;
      high = std::min(values.size(), high + step);
      step *= 2;
    }
  }
  const auto first = values.begin();
  return std::upper_bound(first + low, first + high, limit) - first;
}

// Gives the `empty` centroids to the clusters of greatest error, one each, splitting them at their
// means. There always is a cluster of two points or more; where there are fewer of them than
// centroids, the rest wait for the next iteration.
void SplitWorst(const WeightedPoints& points, const std::vector<size_t>& bounds,
                const std::vector<size_t>& empty, std::vector<double>* centroids) {
  struct Candidate {
    double error;
    size_t cluster;
  };
  std::vector<Candidate> candidates;
  for (size_t c = 0; c + 1 < bounds.size(); ++c) {
    if (bounds[c + 1] - bounds[c] > 1) {
      candidates.push_back({points.Error(bounds[c], bounds[c + 1]), c});
    }
  }
  const size_t splits = std::min(empty.size(), candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + splits, candidates.end(),
                    [](const Candidate& a, const Candidate& b) {
                      return a.error != b.error ? a.error > b.error : a.cluster < b.cluster;
                    });
  for (size_t s = 0; s < splits; ++s) {
    const size_t c = candidates[s].cluster;
    const size_t begin = bounds[c], end = bounds[c + 1];
    const auto first = points.values.begin();
    const size_t middle = std::clamp<size_t>(
        std::upper_bound(first + begin, first + end, (*centroids)[c]) - first, begin + 1, end - 1);
    (*centroids)[c] = points.Mean(begin, middle);
    (*centroids)[empty[s]] = points.Mean(middle, end);
  }
  std::sort(centroids->begin(), centroids->end());
}

}  // namespace

std::vector<double> InitialCentroids(const WeightedPoints& points, size_t k, CodebookInit init,
                                     uint64_t seed) {
  const std::vector<double>& values = points.values;
  const size_t m = values.size();
  std::vector<double> centroids(k);
  if (init == CodebookInit::kDensity) {
    const double share = (points.counts[m] - points.counts[0]) / static_cast<double>(k);
    for (size_t c = 0; c < k; ++c) {
      const double rank = (static_cast<double>(c) + 0.5) * share;
      const auto above = std::upper_bound(points.counts.begin(), points.counts.end(), rank);
      centroids[c] = values[std::min<size_t>(above - points.counts.begin() - 1, m - 1)];
    }
  } else if (init == CodebookInit::kRandom) {
    std::vector<uint32_t> indices(m);
    std::iota(indices.begin(), indices.end(), 0u);
    Rng rng(seed);
    for (size_t c = 0; c < k; ++c) {  // the first k steps of a Fisher-Yates shuffle
      std::swap(indices[c], indices[c + rng.Below(static_cast<uint32_t>(m - c))]);
      centroids[c] = values[indices[c]];
    }
    std::sort(centroids.begin(), centroids.end());
  } else {
    const double step = k > 1 ? (values.back() - values.front()) / static_cast<double>(k - 1) : 0;
    for (size_t c = 0; c < k; ++c) centroids[c] = values.front() + step * static_cast<double>(c);
    if (k == 1) centroids[0] = (values.front() + values.back()) / 2;
  }
  return centroids;
}

LloydResult RunLloyd(const WeightedPoints& points, std::vector<double> centroids) {
  LloydResult result;
  const size_t max_iterations = kMaxCentroidMoves / centroids.size();
  std::vector<size_t> bounds, last, empty;  // cluster c holds points bounds[c] .. bounds[c + 1] - 1
  while (static_cast<size_t>(result.iterations) < max_iterations) {
    const size_t k = centroids.size();
    last = bounds;
    bounds.resize(k + 1);
    bounds[0] = 0;
    bounds[k] = points.size();
    for (size_t c = 1; c < k; ++c) {
      const double middle = centroids[c - 1] + (centroids[c] - centroids[c - 1]) / 2;
      const size_t hint = std::min(last.size() == k + 1 ? last[c] : bounds[c - 1], points.size());
      bounds[c] = FirstAbove(points.values, middle, hint);
    }
    if (bounds == last) break;
    ++result.iterations;
    empty.clear();
    for (size_t c = 0; c < k; ++c) {
      if (bounds[c] < bounds[c + 1]) {
        centroids[c] = points.Mean(bounds[c], bounds[c + 1]);
      } else {
        empty.push_back(c);
      }
    }
    if (!empty.empty()) SplitWorst(points, bounds, empty, &centroids);
  }
  result.centroids = std::move(centroids);
  return result;
}

}  // namespace dc
