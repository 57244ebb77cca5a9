// Codebooks as differences between their sorted numbers.
#ifndef DC_FORMAT_SORTED_NUMBERS_H_
#define DC_FORMAT_SORTED_NUMBERS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"

namespace dc::format {

// Codebooks in an order of their own have at most so many entries: finding each number's place
// takes time in proportion to the square.
inline constexpr size_t kMaxPermuted = 4096;

// The bits of a binary32 or binary16 as an integer that grows with the number, and back.
inline uint32_t OrderedBits(uint32_t bits, bool half) {
  const uint32_t sign = half ? 0x8000u : 0x80000000u, all = half ? 0xFFFFu : 0xFFFFFFFFu;
  return (bits & sign) ? ~bits & all : bits | sign;
}
inline uint32_t UnorderedBits(uint32_t ordered, bool half) {
  const uint32_t sign = half ? 0x8000u : 0x80000000u, all = half ? 0xFFFFu : 0xFFFFFFFFu;
  return (ordered & sign) ? ordered & ~sign : ~ordered & all;
}

// The bits of the `count` numbers (at least 1) that `stored` holds. BadInput on damage.
StatusOr<std::vector<uint32_t>> DecodeSortedNumbers(std::span<const uint8_t> stored, size_t count,
                                                    bool half);

}  // namespace dc::format

#endif  // DC_FORMAT_SORTED_NUMBERS_H_
