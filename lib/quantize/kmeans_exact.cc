#include "quantize/kmeans_exact.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace dc {
namespace {

// Finds the cheapest clustering when every cluster costs its squared error plus lambda.
class PricedClustering {
 public:
  explicit PricedClustering(const WeightedPoints& points)
      : points_(points),
        best_(points.size() + 1),
        from_(points.size() + 1),
        queue_(points.size() + 1) {}

  // The bounds of the clustering, k + 1 indices for the k that lambda makes cheapest.
  std::vector<size_t> Solve(double lambda) {
    const size_t m = points_.size();
    best_[0] = 0;
    // queue_[head .. tail): last cluster begins in ascending order; candidate q is the best begin
    // for every end from queue_[q].since up to the next candidate's.
    size_t head = 0, tail = 0;
    queue_[tail++] = {0, 1};
    for (size_t end = 1; end <= m; ++end) {
      while (head + 1 < tail && queue_[head + 1].since <= end) ++head;
      const size_t begin = queue_[head].begin;
      best_[end] = Price(begin, end) + lambda;
      from_[end] = static_cast<uint32_t>(begin);
      if (end == m) break;
      // `end` becomes a candidate for later ends. By the quadrangle inequality it is better than an
      // earlier candidate from some end on, for good.
      while (tail > head + 1 && queue_[tail - 1].since > end &&
             Price(end, queue_[tail - 1].since) <
                 Price(queue_[tail - 1].begin, queue_[tail - 1].since)) {
        --tail;
      }
      const Candidate& last = queue_[tail - 1];
      size_t low = std::max<size_t>(last.since, end + 1);  // the least end where it may win
      size_t high = m + 1;
      for (size_t step = 1; low + step < high; step *= 2) {  // the winning end is usually near
        if (Price(end, low + step) < Price(last.begin, low + step)) {
          high = low + step;
        } else {
          low += step + 1;
        }
      }
      while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (Price(end, middle) < Price(last.begin, middle)) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      if (low <= m) queue_[tail++] = {static_cast<uint32_t>(end), static_cast<uint32_t>(low)};
    }
    std::vector<size_t> bounds;
    for (size_t end = m; end > 0; end = from_[end]) bounds.push_back(end);
    bounds.push_back(0);
    std::reverse(bounds.begin(), bounds.end());
    return bounds;
  }

 private:
  struct Candidate {
    uint32_t begin, since;
  };

  double Price(size_t begin, size_t end) const { return best_[begin] + points_.Error(begin, end); }

  const WeightedPoints& points_;
  std::vector<double> best_;    // least price of the points before an index
  std::vector<uint32_t> from_;  // where the last cluster of that clustering begins
  std::vector<Candidate> queue_;
};

// From an optimal clustering with fewer than k clusters and one with more, at the same price, one
// with exactly k: the first clusters of `more` followed by the last ones of `fewer`, changing over
// where a cluster of `more` lies inside one of `fewer`.
std::vector<size_t> Splice(const std::vector<size_t>& fewer, const std::vector<size_t>& more,
                           size_t k) {
  const size_t surplus = k - (fewer.size() - 1);
  size_t i = 0;
  while (more[i + surplus + 1] > fewer[i + 1]) ++i;
  std::vector<size_t> bounds(more.begin(), more.begin() + i + surplus + 1);
  bounds.insert(bounds.end(), fewer.begin() + i + 1, fewer.end());
  return bounds;
}

}  // namespace

std::vector<size_t> ExactKMeans(const WeightedPoints& points, size_t k) {
  const size_t m = points.size();
  std::vector<size_t> fewer = {0, m};
  if (k == 1) return fewer;
  std::vector<size_t> more(m + 1);
  for (size_t i = 0; i <= m; ++i) more[i] = i;
  if (k == m) return more;

  PricedClustering clustering(points);
  double low = 0, high = points.Error(0, m);  // prices that give `more` and `fewer`
  // The error falls like k^-2, so the price of one more cluster falls like k^-3.
  double lambda = high * 2 * std::pow(static_cast<double>(k), -3);
  constexpr int kMaxPrices = 200;
  for (int i = 0; i < kMaxPrices && high - low > 1e-14 * high; ++i) {
    std::vector<size_t> bounds = clustering.Solve(lambda);
    const size_t count = bounds.size() - 1;
    if (count == k) return bounds;
    const double guess = lambda * std::pow(static_cast<double>(count) / static_cast<double>(k), 3);
    if (count < k) {
      high = lambda;
      fewer = std::move(bounds);
    } else {
      low = lambda;
      more = std::move(bounds);
    }
    // The power law settles most cases; halving the interval settles the rest.
    lambda = i % 3 < 2 && guess > low && guess < high ? guess : low + (high - low) / 2;
    if (low > 0 && i % 3 == 2) lambda = std::sqrt(low) * std::sqrt(high);
  }
  return Splice(fewer, more, k);
}

}  // namespace dc
