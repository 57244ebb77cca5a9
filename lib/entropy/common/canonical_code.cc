#include "entropy/common/canonical_code.h"

#include <array>

namespace dc {

uint32_t ReverseBits(uint32_t word, int length) {
  uint32_t reversed = 0;
  for (int i = 0; i < length; ++i) {
    reversed = (reversed << 1) | (word & 1u);
    word >>= 1;
  }
  return reversed;
}

std::vector<uint32_t> CanonicalCodes(std::span<const CodeLength> lengths) {
  std::array<uint32_t, kMaxCodeLength + 2> next{};
  for (const CodeLength& entry : lengths) ++next[entry.length + 1u];
  // next[l]: the first word of length l. Going one bit longer doubles the words used so far.
  uint32_t word = 0;
  std::array<uint32_t, kMaxCodeLength + 1> first{};
  for (int l = 0; l <= kMaxCodeLength; ++l) {
    first[static_cast<size_t>(l)] = word;
    word = (word + next[static_cast<size_t>(l) + 1]) << 1;
  }
  std::vector<uint32_t> codes;
  codes.reserve(lengths.size());
  for (const CodeLength& entry : lengths) {
    codes.push_back(ReverseBits(first[entry.length]++, entry.length));
  }
  return codes;
}

}  // namespace dc
