// The values of a weight as one-dimensional k-means sees them: sorted points with multiplicities
// and prefix sums, so that mean and error of any run of points cost O(1).
#ifndef DC_QUANTIZE_WEIGHTED_POINTS_H_
#define DC_QUANTIZE_WEIGHTED_POINTS_H_

#include <bit>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace dc {

// Maps floats to integers of the same order (-0 below +0, NaNs outside the infinities).
inline uint32_t OrderedKey(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  return bits ^ (static_cast<uint32_t>(static_cast<int32_t>(bits) >> 31) | 0x80000000u);
}
inline float FromOrderedKey(uint32_t key) {
  return std::bit_cast<float>(key & 0x80000000u ? key ^ 0x80000000u : ~key);
}

// m points. All values are relative to `center`, the weighted median, and the prefix sums grow
// outward from it: a sum over small values never suffers from the rounding of a far outlier.
struct WeightedPoints {
  double center = 0;
  std::vector<double> values;  // m, strictly ascending
  // m + 1 each: entry j minus entry i is the count (sum, sum of squares) of points i..j-1.
  std::vector<double> counts, sums, squares;
  // True where every point is one distinct value; false where a point stands for a bin of close
  // values (by their mean).
  bool exact = true;

  size_t size() const { return values.size(); }
  double Count(size_t begin, size_t end) const { return counts[end] - counts[begin]; }
  // Precondition of both: begin < end.
  double Mean(size_t begin, size_t end) const {
    return (sums[end] - sums[begin]) / (counts[end] - counts[begin]);
  }
  // Sum of squared distances of points begin..end-1 to their mean.
  double Error(size_t begin, size_t end) const {
    const double sum = sums[end] - sums[begin];
    return squares[end] - squares[begin] - sum * sum / (counts[end] - counts[begin]);
  }
};

// Points of finite `values` (not empty). Up to 2^20 values every distinct value is a point. Above,
// values fall into bins that hold either about 1 / `resolution` of all values or a range of less
// than 1 % of their magnitude, whichever is less: no outlier makes the rest coarse.
WeightedPoints MakePoints(std::span<const float> values, size_t resolution);

// The distinct values in ascending order, or nothing where there are more than `limit`.
std::optional<std::vector<float>> DistinctValues(std::span<const float> values, size_t limit);

}  // namespace dc

#endif  // DC_QUANTIZE_WEIGHTED_POINTS_H_
