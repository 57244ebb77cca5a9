#include "entropy/dec/plane_decoder.h"

#include <bit>

#include "base/half.h"
#include "entropy/common/matrix_shape.h"
#include "entropy/dec/weight_decoder.h"

namespace dc {

StatusOr<std::vector<float>> DecodePlanes(const std::vector<int64_t>& shape, bool half,
                                          std::span<const uint8_t> streams) {
  float bytes_as_codebook[256];
  for (int i = 0; i < 256; ++i) bytes_as_codebook[i] = static_cast<float>(i);
  const MatrixShape matrix = MatrixOf(shape);
  std::vector<uint32_t> rotated(matrix.elements(), 0u);
  for (int planes = half ? 2 : 4; planes > 0; --planes) {
    size_t size = streams.size();
    if (planes > 1) {
      uint64_t length = 0;
      size_t at = 0;
      for (uint8_t byte = 0x80; byte & 0x80; ++at) {
        if (at == streams.size() || at == 9) {
          return BadInput("damaged lengths of planes", "", "get a fresh copy of the file");
        }
        byte = streams[at];
        length |= uint64_t{byte & 0x7Fu} << (7 * at);
      }
      streams = streams.subspan(at);
      if (length > streams.size()) {
        return BadInput("damaged lengths of planes", "", "get a fresh copy of the file");
      }
      size = static_cast<size_t>(length);
    }
    DC_ASSIGN_OR_RETURN(const DecodedWeight plane,
                        DecodeWeight(matrix, bytes_as_codebook, streams.first(size), {}));
    if (plane.coding.positions != PositionCoding::kDense) {
      return BadInput("a plane with positions", "", "get a fresh copy of the file");
    }
    for (size_t i = 0; i < rotated.size(); ++i) rotated[i] = rotated[i] << 8 | plane.codes[i];
    streams = streams.subspan(size);
  }
  std::vector<float> values(rotated.size());
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = half ? HalfToFloat(std::rotr(static_cast<uint16_t>(rotated[i]), 1))
                     : std::bit_cast<float>(std::rotr(rotated[i], 1));
  }
  return values;
}

}  // namespace dc
