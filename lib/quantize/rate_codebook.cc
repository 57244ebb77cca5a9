#include "quantize/rate_codebook.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace dc {

std::vector<double> CodeLengths(std::span<const int64_t> counts) {
  const auto total = static_cast<double>(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
  std::vector<double> lengths;
  lengths.reserve(counts.size());
  for (const int64_t count : counts)
    lengths.push_back(std::log2(total / static_cast<double>(count)));
  return lengths;
}

std::vector<float> RateBounds(std::span<const float> entries, std::span<const double> lengths,
                              double bit_cost) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // The lower envelope of the parabolas, from left to right: what is on it, and where each begins.
  std::vector<size_t> envelope;
  std::vector<double> begins;
  const auto crossing = [&](size_t a, size_t b) {
    const double low = entries[a], high = entries[b];
    return (low + high) / 2 + bit_cost * (lengths[b] - lengths[a]) / (2 * (high - low));
  };
  for (size_t c = 0; c < entries.size(); ++c) {
    if (!std::isfinite(lengths[c])) continue;
    double begin = -kInfinity;
    while (!envelope.empty()) {
      begin = crossing(envelope.back(), c);
      if (begin > begins.back()) break;
      envelope.pop_back();
      begins.pop_back();
      begin = -kInfinity;
    }
    envelope.push_back(c);
    begins.push_back(begin);
  }
  std::vector<float> bounds(entries.size(), -std::numeric_limits<float>::infinity());
  size_t at = 0;  // the next of the envelope
  for (size_t c = 0; c < entries.size(); ++c) {
    if (at < envelope.size() && envelope[at] == c) {
      ++at;
      bounds[c] = static_cast<float>(at < envelope.size() ? begins[at] : kInfinity);
    } else if (c > 0) {
      bounds[c] = bounds[c - 1];
    }
  }
  return bounds;
}

std::vector<float> NearestBounds(std::span<const float> entries) {
  return RateBounds(entries, std::vector<double>(entries.size(), 0.0), 0);
}

}  // namespace dc
