// Sums of products of the values that layers read.
#ifndef DC_TRAIN_OPERATORS_MOMENT_SUMS_H_
#define DC_TRAIN_OPERATORS_MOMENT_SUMS_H_

#include <cstddef>
#include <span>
#include <vector>

namespace dc::train {

// sums[i * inputs + j] += sum over rows of left[row][i] * right[row][j]; both have `rows` rows of
// `inputs` floats.
void AddProducts(const std::vector<float>& left, const std::vector<float>& right, size_t rows,
                 size_t inputs, std::span<double> sums);

}  // namespace dc::train

#endif  // DC_TRAIN_OPERATORS_MOMENT_SUMS_H_
