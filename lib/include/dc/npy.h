// NumPy's .npy files: inputs and outputs of single runs.
#ifndef DC_NPY_H_
#define DC_NPY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// Row-major; values.size() is the product of `shape` (1 for an empty shape).
struct NpyArray {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

// Reads format versions 1 to 3, C order, little-endian: float16, float32, float64 (rounded), and
// integers of 8 to 64 bits (rounded to the nearest float). BadInput where header and size of the
// file disagree, Unsupported for other element types and for Fortran order.
StatusOr<NpyArray> LoadNpy(const std::string& path);

// Writes float32, format version 1, atomically. Precondition: values fit the shape.
Status SaveNpy(const NpyArray& array, const std::string& path);

}  // namespace dc

#endif  // DC_NPY_H_
