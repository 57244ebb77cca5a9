// Shapes of activations without their batch dimension, and the limits they keep.
#ifndef DC_RUNTIME_LOAD_SAMPLE_SHAPE_H_
#define DC_RUNTIME_LOAD_SAMPLE_SHAPE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace dc::runtime {

// Dimensions of one sample: {channels, height, width}, {features}, ...
using Shape = std::vector<int64_t>;

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
