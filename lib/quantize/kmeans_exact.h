// One-dimensional k-means solved exactly.
#ifndef DC_QUANTIZE_KMEANS_EXACT_H_
#define DC_QUANTIZE_KMEANS_EXACT_H_

#include <cstddef>
#include <vector>

#include "quantize/weighted_points.h"

namespace dc {

// The bounds of the k clusters of least total squared error: k + 1 ascending indices, cluster c
// holds points bounds[c] .. bounds[c + 1] - 1, none is empty. Precondition: 1 <= k <=
// points.size().
//
// Dynamic programming over the ends of clusters, with a price `lambda` on each cluster instead of a
// table for each number of clusters: time O(m log m) for one price and memory O(m), whatever k is.
// The least error is convex in k (the error of a run satisfies the quadrangle inequality), so the
// right price makes exactly k clusters optimal; where k shares its price with other numbers, a
// solution with fewer and one with more are spliced (Aggarwal, Schieber and Tokuyama 1994, "Finding
// a minimum-weight k-link path in graphs with the concave Monge property").
std::vector<size_t> ExactKMeans(const WeightedPoints& points, size_t k);

}  // namespace dc

#endif  // DC_QUANTIZE_KMEANS_EXACT_H_
