#include "entropy/dec/hashed_codes.h"

#include <bit>

#include "base/damaged.h"
#include "base/hash32.h"

namespace dc {

uint32_t HashSeed(std::span<const uint8_t> codes) {
  return uint32_t{codes[0]} | uint32_t{codes[1]} << 8 | uint32_t{codes[2]} << 16 |
         uint32_t{codes[3]} << 24;
}

StatusOr<DecodedWeight> DecodeHashedWeight(const MatrixShape& shape, uint32_t entries,
                                           std::span<const uint8_t> codes,
                                           std::span<const uint8_t> positions) {
  if (codes.size() != 4 || !positions.empty() || entries < 2 || entries % 2 != 0 ||
      shape.elements() > 0xFFFFFFFFu) {
    return Damaged("damaged hash of a weight");
  }
  DecodedWeight weight;
  weight.coding.entries = shape.elements();
  weight.coding.code_bits = static_cast<uint8_t>(std::bit_width(entries - 1));
  weight.codes.resize(shape.elements());
  const uint32_t seed = HashSeed(codes);
  for (uint32_t i = 0; i < weight.codes.size(); ++i) {
    weight.codes[i] = HashedCode(i, entries / 2, seed);
  }
  return weight;
}

}  // namespace dc
