// How large the values of one sample are, and the limits they keep.
#ifndef DC_RUNTIME_LOAD_SAMPLE_SHAPE_H_
#define DC_RUNTIME_LOAD_SAMPLE_SHAPE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "op/shape.h"

namespace dc::runtime {

// The extents of a value as one sample of the batch has it: ONNX's dimensions in their order, where
// k times the batch counts k. Axes of attributes are axes of it. One image of a batch is {1,
// channels, height, width}.
using Shape = std::vector<int64_t>;

// The extents of `whole`, whose batch is a symbol.
Shape ExtentsOf(const op::Shape& whole);

// More than this many values per activation (1 GiB as floats) or rows or columns of a weight are
// taken for damage: a few bytes of file could ask for them.
inline constexpr int64_t kMaxSampleSize = int64_t{1} << 28;
inline constexpr int64_t kMaxMatrixSide = int64_t{1} << 24;

// Product of shape[first, last), or -1 where a dimension is not positive or the product is above
// kMaxSampleSize.
int64_t CheckedSize(const Shape& shape, size_t first, size_t last);
int64_t CheckedSize(const Shape& shape);

// "20x24x24"; "scalar" for rank 0.
std::string DescribeShape(const Shape& shape);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_SAMPLE_SHAPE_H_
