#include "entropy/dec/plane_decoder.h"

#include <bit>

#include "base/damaged.h"
#include "base/half.h"
#include "entropy/common/matrix_shape.h"
#include "entropy/dec/weight_decoder.h"

namespace dc {

StatusOr<std::vector<float>> DecodePlanes(const std::vector<int64_t>& shape, bool half,
                                          std::span<const uint8_t> streams) {
  float bytes_as_codebook[256];
  for (int i = 0; i < 256; ++i) bytes_as_codebook[i] = static_cast<float>(i);
  const MatrixShape matrix = MatrixOf(shape);
  std::vector<float> values(matrix.elements());  // their bits, as far as they are known
  const uint8_t* next = streams.data();
  const uint8_t* const end = next + streams.size();
  Status status;
  for (int left = half ? 2 : 4; status.ok() && left-- > 0;) {
    uint64_t size = 0;
    uint32_t byte = 0x80;
    for (int shift = 0; left > 0 && byte >= 0x80 && shift < 63 && next < end; shift += 7) {
      byte = *next++;
      size |= uint64_t{byte & 0x7Fu} << shift;
    }
    const uint64_t rest = static_cast<uint64_t>(end - next);
    if (left == 0) size = rest;
    if (size > rest || (left > 0 && byte >= 0x80)) size = 0;  // no weight has an empty stream
    const StatusOr<DecodedWeight> plane =
        DecodeWeight(matrix, bytes_as_codebook, {next, static_cast<size_t>(size)}, {});
    status = plane.status();
    if (!plane.ok()) continue;
    if (plane->codes.size() != values.size()) {
      status = Damaged("damaged planes");
      continue;
    }
    for (size_t i = 0; i < values.size(); ++i) {
      const uint32_t bits = std::bit_cast<uint32_t>(values[i]) << 8 | plane->codes[i];
      values[i] = std::bit_cast<float>(left > 0 ? bits : std::rotr(bits, 1));
      if (left == 0 && half) values[i] = HalfToFloat(std::rotr(static_cast<uint16_t>(bits), 1));
    }
    next += size;
  }
  if (!status.ok()) return status;
  return values;
}

}  // namespace dc
