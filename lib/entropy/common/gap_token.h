// Gaps of any size as a token for their leading bits and the other bits as they are.
#ifndef DC_ENTROPY_COMMON_GAP_TOKEN_H_
#define DC_ENTROPY_COMMON_GAP_TOKEN_H_

#include <bit>
#include <cstdint>

namespace dc {

// Largest precision of a token. Gaps below 2^32 then have tokens below 2^15.
inline constexpr int kMaxTokenPrecision = 10;

// A token says where the leading one of a gap is and what the next `precision` bits are; the
// `suffix_bits` below those follow raw. Gaps below 2^precision are their own tokens.
struct GapToken {
  uint32_t token = 0;
  int suffix_bits = 0;
};

inline GapToken TokenOf(uint32_t gap, int precision) {
  const int bits = std::bit_width(gap >> precision);
  if (bits == 0) return {gap, 0};
  const int suffix_bits = bits - 1;
  // The leading one of gap >> suffix_bits counts as another step of 2^precision.
  return {(static_cast<uint32_t>(suffix_bits) << precision) + (gap >> suffix_bits), suffix_bits};
}

// Tokens that gaps below 2^32 have: all are below this.
inline uint32_t TokenCount(int precision) { return TokenOf(0xFFFFFFFFu, precision).token + 1; }

// Bits of the suffix that follows `token`.
inline int SuffixBits(uint32_t token, int precision) {
  const uint32_t step = token >> precision;
  return step == 0 ? 0 : static_cast<int>(step) - 1;
}

// The gap of `token` (below TokenCount) and its suffix.
inline uint32_t GapOf(uint32_t token, uint32_t suffix, int precision) {
  const int suffix_bits = SuffixBits(token, precision);
  return ((token - (static_cast<uint32_t>(suffix_bits) << precision)) << suffix_bits) | suffix;
}

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_GAP_TOKEN_H_
