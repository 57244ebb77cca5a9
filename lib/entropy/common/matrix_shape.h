// A weight as its coders see it.
#ifndef DC_ENTROPY_COMMON_MATRIX_SHAPE_H_
#define DC_ENTROPY_COMMON_MATRIX_SHAPE_H_

#include <cstddef>
#include <cstdint>

namespace dc {

// Dimension 0 times the product of the others. Columns fall into kernels: runs of `kernel_area`
// columns, the product of dimensions 2 and above, each of them a picture of `kernel_width`, the
// last dimension. Both are 1 below three dimensions.
struct MatrixShape {
  uint32_t rows = 1, columns = 1;
  uint32_t kernel_area = 1, kernel_width = 1;

  uint64_t elements() const { return uint64_t{rows} * columns; }
};

// The matrix of a tensor with these dimensions, all of them positive and their product below 2^32.
template <typename Shape>
MatrixShape MatrixOf(const Shape& dimensions) {
  MatrixShape matrix;
  for (size_t d = 0; d < dimensions.size(); ++d) {
    const uint32_t size = static_cast<uint32_t>(dimensions[d]);
    if (d == 0) {
      matrix.rows = size;
    } else {
      matrix.columns *= size;
    }
    if (d >= 2) {
      matrix.kernel_area *= size;
      matrix.kernel_width = size;
    }
  }
  return matrix;
}

// The element, row * columns + column, that is number `place` of a scan row by row or, where
// `column_major`, column by column.
inline uint32_t ElementAt(const MatrixShape& shape, bool column_major, uint32_t place) {
  return column_major ? place % shape.rows * shape.columns + place / shape.rows : place;
}

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_MATRIX_SHAPE_H_
