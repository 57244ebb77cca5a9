#include "train/group_lasso.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace dc::train {
namespace {

// Sums of that many residues, added in the end, vectorise without reordering anything.
constexpr size_t kLanes = 16;

float SumOfSquares(std::span<const float> values) {
  std::array<float, kLanes> lanes{};
  size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (size_t k = 0; k < kLanes; ++k) lanes[k] += values[i + k] * values[i + k];
  }
  float sum = 0;
  for (; i < values.size(); ++i) sum += values[i] * values[i];
  for (const float lane : lanes) sum += lane;
  return sum;
}

// What a group whose squares add up to `squares` is multiplied by; `reach` is its length at which
// nothing of it is left.
float FactorOf(float squares, float reach) {
  return squares > reach * reach ? 1 - reach / std::sqrt(squares) : 0.0f;
}

}  // namespace

void ShrinkGroups(float threshold, size_t rows, std::span<float> matrix,
                  std::vector<float>* columns) {
  const size_t width = matrix.size() / rows;
  const float row_reach = threshold * std::sqrt(static_cast<float>(width));
  const float column_reach = threshold * std::sqrt(static_cast<float>(rows));
  float* column = columns->data();
  std::fill(columns->begin(), columns->end(), 0.0f);
  for (size_t r = 0; r < rows; ++r) {
    const std::span<float> row = matrix.subspan(r * width, width);
    const float squares = SumOfSquares(row);
    if (squares == 0) continue;
    const float factor = FactorOf(squares, row_reach);
    float* w = row.data();
    for (size_t i = 0; i < width; ++i) {
      w[i] *= factor;
      column[i] += w[i] * w[i];
    }
  }
  for (float& squares : *columns) squares = FactorOf(squares, column_reach);
  for (size_t r = 0; r < rows; ++r) {
    float* w = matrix.data() + r * width;
    // Adding 0 makes a negative zero a positive one.
    for (size_t i = 0; i < width; ++i) w[i] = w[i] * column[i] + 0.0f;
  }
}

}  // namespace dc::train
