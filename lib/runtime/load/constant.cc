#include "runtime/load/constant.h"

#include "base/text.h"
#include "entropy/common/matrix_shape.h"

namespace dc::runtime {

StatusOr<std::vector<float>> ExpandValues(const Constant& constant) {
  if (!constant.values.empty()) return constant.values;
  const int64_t size = CheckedSize(constant.shape);
  if (size < 0 || size > kMaxMatrixSide) {
    return Unsupported(DC_ERROR_TEXT("a constant operand is too large", "a constant operand of ",
                                     DescribeShape(constant.shape), " is too large"),
                       constant.name, "only weights of layers may be that large");
  }
  std::vector<float> values(static_cast<size_t>(size), 0.0f);
  const MatrixShape matrix = MatrixOf(constant.shape);
  for (uint32_t i = 0; i < constant.codes.size(); ++i) {
    const uint32_t place = constant.sparse ? constant.positions[i] : i;
    values[ElementAt(matrix, constant.column_major, place)] = constant.codebook[constant.codes[i]];
  }
  return values;
}

}  // namespace dc::runtime
