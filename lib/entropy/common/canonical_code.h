// Canonical Huffman codes: the lengths alone define the code.
#ifndef DC_ENTROPY_COMMON_CANONICAL_CODE_H_
#define DC_ENTROPY_COMMON_CANONICAL_CODE_H_

#include <cstdint>
#include <span>
#include <vector>

namespace dc {

// No code word is longer. 16 bits hold 65,536 equally likely symbols; 4 more leave room for skew.
inline constexpr int kMaxCodeLength = 20;

// A symbol that occurs, and the bits of its code word. The only symbol of a stream has length 0.
struct CodeLength {
  uint32_t symbol = 0;
  uint8_t length = 0;

  bool operator==(const CodeLength&) const = default;
};

// The code words of `lengths` (ascending symbols, Kraft sum exactly 1), in their order. Words count
// up from 0, shorter lengths first and smaller symbols first within a length; the first bit of a
// word is its most significant one. Returned bit-reversed, ready for streams that are written from
// the least significant bit on.
std::vector<uint32_t> CanonicalCodes(std::span<const CodeLength> lengths);

// The low `length` bits of `word` in opposite order.
uint32_t ReverseBits(uint32_t word, int length);

}  // namespace dc

#endif  // DC_ENTROPY_COMMON_CANONICAL_CODE_H_
