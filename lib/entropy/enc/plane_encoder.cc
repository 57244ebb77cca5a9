#include "entropy/enc/plane_encoder.h"

#include <array>
#include <bit>

#include "base/half.h"

namespace dc {
std::vector<uint8_t> EncodePlanes(const MatrixShape& shape, std::span<const float> values,
                                  bool half, CoderChoice coder) {
  std::array<float, 256> bytes_as_codebook;
  for (size_t i = 0; i < bytes_as_codebook.size(); ++i) {
    bytes_as_codebook[i] = static_cast<float>(i);
  }
  WeightEncodingOptions options;
  // The smallest, not the context coder whatever it costs: most planes are random.
  options.coder = coder == CoderChoice::kContext ? CoderChoice::kAuto : coder;
  std::vector<uint8_t> out;
  std::vector<uint16_t> plane(values.size());
  const int planes = half ? 2 : 4;
  for (int p = planes; p-- > 0;) {
    for (size_t i = 0; i < values.size(); ++i) {
      const uint32_t rotated = half ? std::rotl(FloatToHalf(values[i]), 1)
                                    : std::rotl(std::bit_cast<uint32_t>(values[i]), 1);
      plane[i] = static_cast<uint8_t>(rotated >> (8 * p));
    }
    const std::vector<uint8_t> stream =
        EncodeWeight(shape, bytes_as_codebook, plane, options).codes;
    if (p > 0) {
      size_t size = stream.size();
      for (; size >= 0x80; size >>= 7) out.push_back(static_cast<uint8_t>(0x80 | (size & 0x7F)));
      out.push_back(static_cast<uint8_t>(size));
    }
    out.insert(out.end(), stream.begin(), stream.end());
  }
  return out;
}

}  // namespace dc
