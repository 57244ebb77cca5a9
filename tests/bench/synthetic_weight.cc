#include "bench/synthetic_weight.h"

#include <algorithm>
#include <cmath>

#include "base/rng.h"
#include "bench/symbol_streams.h"
#include "dc/quantize.h"

namespace dc {
namespace {

// Factors between e^-2 and e^2 of the density of each row or column.
std::vector<double> ClusterFactors(size_t count, Rng& rng) {
  std::vector<double> factors(count);
  for (double& factor : factors) factor = std::exp(4.0 * (rng.Uniform() - 0.5));
  return factors;
}

// The s for which min(1, s * row * column) has the mean `density`, over 100 x 100 factors that
// stand for all.
double ScaleOf(const std::vector<double>& rows, const std::vector<double>& columns,
               double density) {
  const auto at = [](const std::vector<double>& factors, size_t i) {
    return factors[i * factors.size() / 100];
  };
  const auto mean = [&](double scale) {
    double sum = 0;
    for (size_t r = 0; r < 100; ++r) {
      for (size_t c = 0; c < 100; ++c) sum += std::min(1.0, scale * at(rows, r) * at(columns, c));
    }
    return sum / 10000;
  };
  double low = 0, high = 60;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2;
    (mean(middle) < density ? low : high) = middle;
  }
  return low;
}

// Indices of the survivors, ascending.
std::vector<size_t> DrawPositions(size_t rows, size_t columns, const WeightStatistics& statistics) {
  Rng rng(statistics.seed);
  std::vector<double> row_factors(rows, 1.0), column_factors(columns, 1.0);
  double scale = statistics.density;
  if (statistics.positions == Positions::kClustered) {
    row_factors = ClusterFactors(rows, rng);
    column_factors = ClusterFactors(columns, rng);
    scale = ScaleOf(row_factors, column_factors, statistics.density);
  }
  std::vector<size_t> positions;
  for (size_t r = 0; r < rows; ++r) {
    for (size_t c = 0; c < columns; ++c) {
      if (rng.Uniform() < scale * row_factors[r] * column_factors[c]) {
        positions.push_back(r * columns + c);
      }
    }
  }
  return positions;
}

}  // namespace

StatusOr<QuantizedWeight> SyntheticWeight(const std::vector<int64_t>& shape,
                                          const WeightStatistics& statistics) {
  const size_t size = static_cast<size_t>(ElementCount(shape));
  const size_t rows = static_cast<size_t>(shape[0]), columns = size / rows;
  const std::vector<size_t> positions = DrawPositions(rows, columns, statistics);
  std::vector<float> values =
      PrunedLaplacian(positions.size(), statistics.density, statistics.seed);
  double squares = 0;
  for (float value : values) squares += static_cast<double>(value) * value;
  const double scale = std::sqrt(2.0 * static_cast<double>(rows) / std::max(squares, 1e-9));
  for (float& value : values) value = static_cast<float>(scale * value);

  values.push_back(0.0f);  // makes the layer sparse
  const Tensor survivors = Tensor::F32({static_cast<int64_t>(values.size())}, values);
  DC_ASSIGN_OR_RETURN(QuantizedWeight weight,
                      QuantizeWeight(survivors, "kmeans", statistics.bits, {}, 1, nullptr));
  const std::vector<uint16_t> codes = std::move(weight.codes);
  weight.shape = shape;
  weight.codes.assign(size, 0);
  for (size_t i = 0; i < positions.size(); ++i) weight.codes[positions[i]] = codes[i];
  return weight;
}

Status SetSyntheticWeight(Graph* graph, const std::string& name, const std::string& bias,
                          const std::vector<int64_t>& shape, const WeightStatistics& statistics) {
  DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, SyntheticWeight(shape, statistics));
  Rng rng(statistics.seed, 1);
  std::vector<float> values(static_cast<size_t>(shape[0]));
  for (float& value : values) value = static_cast<float>(0.1 * rng.Normal());
  graph->initializers[bias] = Tensor::F32({shape[0]}, values);
  graph->initializers[name] = Tensor::Zeros(DataType::kFloat32, shape);
  return SetQuantizedWeight(graph, name, weight);
}

}  // namespace dc
