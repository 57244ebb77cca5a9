// Lloyd's k-means in one dimension, on prefix sums: an iteration costs O(k log m), not O(n k).
#ifndef DC_QUANTIZE_LLOYD_H_
#define DC_QUANTIZE_LLOYD_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "quantize/weighted_points.h"

namespace dc {

// Where the centroids come from: three starts of Lloyd's iteration, and the optimum itself.
enum class CodebookInit { kLinear, kDensity, kRandom, kExact };

// k starting centroids, ascending (duplicates are possible), relative to points.center.
// kLinear: evenly spaced from the least value to the greatest. kDensity: the values at evenly
// spaced ranks. kRandom: k different points, drawn with `seed`. Precondition: k <= points.size(),
// init is not kExact.
std::vector<double> InitialCentroids(const WeightedPoints& points, size_t k, CodebookInit init,
                                     uint64_t seed);

struct LloydResult {
  std::vector<double> centroids;  // ascending, relative to points.center
  int iterations = 0;             // until no point changed its cluster
};

// Alternates "each point to its nearest centroid, ties to the lower one" and "each centroid to the
// mean of its points" until no point moves. A centroid without points is put to use: the clusters
// of greatest error are split at their means. Bounded by 2^28 / k iterations. Precondition: 1 <=
// centroids.size() <= points.size(), ascending.
LloydResult RunLloyd(const WeightedPoints& points, std::vector<double> centroids);

}  // namespace dc

#endif  // DC_QUANTIZE_LLOYD_H_
