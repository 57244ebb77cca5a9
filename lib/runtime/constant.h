// A tensor of a .dcz as the runtime receives it: decoded, but not laid out.
#ifndef DC_RUNTIME_CONSTANT_H_
#define DC_RUNTIME_CONSTANT_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "dc/status.h"
#include "runtime/sample_shape.h"

namespace dc::runtime {

struct Constant {
  std::string name;  // "" when names are dropped
  std::string form;  // "float32", "table", "ternary", ...
  Shape shape;
  // Plain forms: ElementCount(shape) values, nothing below is set.
  std::vector<float> values;
  // Forms with codes: the element at positions[i], row-major, is codebook[codes[i]]; all others
  // are 0. Without positions every element has a code.
  bool sparse = false;
  std::vector<uint32_t> positions;
  std::vector<uint16_t> codes;
  std::vector<float> codebook;
};

// Decodes tensor number `tensor` of the manifest.
using ConstantLoader = std::function<StatusOr<Constant>(size_t tensor)>;

// All elements of a small constant (a bias, an addend, ...) as floats. Unsupported above
// kMaxMatrixSide elements.
StatusOr<std::vector<float>> ExpandValues(const Constant& constant);

}  // namespace dc::runtime

#endif  // DC_RUNTIME_CONSTANT_H_
