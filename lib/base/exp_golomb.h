// Exp-Golomb numbers: any size, small ones short.
#ifndef DC_BASE_EXP_GOLOMB_H_
#define DC_BASE_EXP_GOLOMB_H_

#include <bit>
#include <cstdint>

#include "base/bit_io.h"

namespace dc {

// Of order k (0..31), v becomes v + 2^k in binary, preceded by a zero for each of its bits above
// k + 1; its leading one comes first, the bits below it follow from the least significant on.

// Bits that `value` takes.
inline int ExpGolombBits(uint32_t value, int order) {
  const int width = std::bit_width(uint64_t{value} + (uint64_t{1} << order)) - 1;
  return 2 * width - order + 1;
}

inline void WriteExpGolomb(uint32_t value, int order, BitWriter* bits) {
  const uint64_t shifted = uint64_t{value} + (uint64_t{1} << order);
  const int width = std::bit_width(shifted) - 1;
  bits->Write(0, width - order);
  bits->Write(1, 1);
  bits->Write(static_cast<uint32_t>(shifted - (uint64_t{1} << width)), width);
}

// The next number, or -1 where it is above 2^32 - 1 or has more than `max_zeros` zeros in front
// (0..32).
inline int64_t ReadExpGolomb(int order, BitReader* bits, int max_zeros = 32) {
  int zeros = 0;
  while (bits->Read(1) == 0) {
    if (++zeros > max_zeros) return -1;
  }
  const int width = zeros + order;
  if (width > 32) return -1;
  const int64_t value = (int64_t{1} << width) + int64_t{bits->Read(width)} - (int64_t{1} << order);
  return value <= 0xFFFFFFFF ? value : -1;
}

}  // namespace dc

#endif  // DC_BASE_EXP_GOLOMB_H_
