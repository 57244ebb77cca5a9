// The .npy format in memory: used for .npy files and for the entries of an .npz.
#ifndef DC_DATA_NPY_FORMAT_H_
#define DC_DATA_NPY_FORMAT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// A parsed array whose elements still are bytes of the file.
struct NpyView {
  char kind = 'f';  // 'f' float, 'u' unsigned, 'i' signed integer
  int width = 4;    // bytes of an element: 1, 2, 4 or 8; floats have 2 or more
  std::vector<int64_t> shape;
  int64_t count = 0;                  // product of `shape`
  std::span<const uint8_t> elements;  // count * width bytes, little-endian, C order
};

// Parses the header of `file` (format versions 1 to 3). `file` must stay alive. Errors as LoadNpy,
// naming `where`.
StatusOr<NpyView> ParseNpy(std::span<const uint8_t> file, const std::string& where);

// The elements as floats.
std::vector<float> NpyToFloats(const NpyView& view);

// The elements as integers; BadInput for unsigned ones above the range of int64. Precondition: kind
// is not 'f'.
StatusOr<std::vector<int64_t>> NpyToIntegers(const NpyView& view, const std::string& where);

}  // namespace dc

#endif  // DC_DATA_NPY_FORMAT_H_
