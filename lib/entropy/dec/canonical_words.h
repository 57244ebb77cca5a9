// Finds the word at the front of some bits by its length: slow, small, and for words of any length.
#ifndef DC_ENTROPY_DEC_CANONICAL_WORDS_H_
#define DC_ENTROPY_DEC_CANONICAL_WORDS_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/canonical_code.h"

namespace dc {

class CanonicalWords {
 public:
  // `lengths` as ReadCodeLengths returns them; symbols are below 65,536.
  explicit CanonicalWords(std::span<const CodeLength> lengths);

  // Bits of the longest word.
  int longest() const { return longest_; }

  // The symbol and length of the word that `window` starts with, in stream order from bit 0 on: at
  // least `longest` bits.
  CodeLength Find(uint32_t window) const;

 private:
  int longest_ = 0;
  // Per length: its first word, how many words it has, and where their symbols start.
  std::array<uint32_t, kMaxCodeLength + 1> first_{}, count_{}, start_{};
  std::vector<uint16_t> sorted_;  // symbols by (length, symbol)
};

}  // namespace dc

#endif  // DC_ENTROPY_DEC_CANONICAL_WORDS_H_
