// A tensor of a .dcz as the runtime receives it: decoded, but not laid out.
#ifndef DC_RUNTIME_LOAD_CONSTANT_H_
#define DC_RUNTIME_LOAD_CONSTANT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/raw_vector.h"
#include "dc/status.h"
#include "runtime/load/sample_shape.h"

namespace dc::runtime {

struct Constant {
  std::string name;  // "" when names are dropped
  std::string form;  // "float32", "table", "ternary", ...
  Shape shape;
  // Plain forms: ElementCount(shape) values, nothing below is set.
  std::vector<float> values;
  // Forms with codes: the element at positions[i] is codebook[codes[i]]; all others are 0.
  // Positions ascend; they count the elements of the matrix of dimension 0 times the others row by
  // row, or column by column. Without positions every element has a code, row by row.
  bool sparse = false, column_major = false;
  RawVector<uint32_t> positions;
  RawVector<uint16_t> codes;
  std::vector<float> codebook;
};

// Decodes tensor number `tensor` of the manifest.
using ConstantLoader = std::function<StatusOr<Constant>(size_t tensor)>;

// All elements of a small constant (a bias, an addend, ...) as floats. Unsupported above
// kMaxMatrixSide elements.
StatusOr<std::vector<float>> ExpandValues(const Constant& constant);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_LOAD_CONSTANT_H_
