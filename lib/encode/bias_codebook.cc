#include "encode/bias_codebook.h"

#include <algorithm>
#include <vector>

#include "quantize/assignment.h"
#include "quantize/kmeans_exact.h"
#include "quantize/weighted_points.h"

namespace dc {

QuantizedWeight QuantizeBias(const Tensor& tensor, int bits) {
  QuantizedWeight weight{.shape = tensor.shape, .policy = "kmeans", .bits = bits};
  const auto values = tensor.f32();
  std::vector<float> others;
  std::copy_if(values.begin(), values.end(), std::back_inserter(others),
               [](float value) { return value != 0.0f; });
  const bool zeros = others.size() < values.size();
  const size_t most = (size_t{1} << bits) - (zeros ? 1 : 0);
  std::vector<float> centroids;
  if (!others.empty() && most > 0) {
    const WeightedPoints points = MakePoints(others, size_t{1} << 16);
    const std::vector<size_t> bounds = ExactKMeans(points, std::min(most, points.size()));
    for (size_t c = 0; c + 1 < bounds.size(); ++c) {
      centroids.push_back(
          static_cast<float>(points.center + points.Mean(bounds[c], bounds[c + 1])));
    }
    // Rounding to float may make neighbours equal, and a tiny mean 0.
    centroids.erase(std::unique(centroids.begin(), centroids.end()), centroids.end());
    std::erase(centroids, 0.0f);
  }
  weight.codebook = centroids;
  if (zeros || centroids.empty()) weight.codebook.insert(weight.codebook.begin(), 0.0f);
  weight.codes.assign(values.size(), 0);
  if (centroids.empty()) return weight;
  std::vector<uint16_t> nearest(values.size());
  NearestEntry(centroids).Assign(values, nearest);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!zeros) weight.codes[i] = nearest[i];
    if (zeros && values[i] != 0.0f) weight.codes[i] = static_cast<uint16_t>(nearest[i] + 1);
  }
  return weight;
}

}  // namespace dc
