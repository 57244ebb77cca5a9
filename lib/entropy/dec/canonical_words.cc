#include "entropy/dec/canonical_words.h"

#include <algorithm>

namespace dc {

CanonicalWords::CanonicalWords(std::span<const CodeLength> lengths) : sorted_(lengths.size()) {
  for (const CodeLength& entry : lengths) {
    ++count_[entry.length];
    longest_ = std::max<int>(longest_, entry.length);
  }
  uint32_t word = 0, start = 0;
  for (size_t l = 0; l <= kMaxCodeLength; ++l) {
    first_[l] = word;
    start_[l] = start;
    start += count_[l];
    word = (word + count_[l]) << 1;
  }
  std::array<uint32_t, kMaxCodeLength + 1> next = start_;
  for (const CodeLength& entry : lengths) {
    sorted_[next[entry.length]++] = static_cast<uint16_t>(entry.symbol);
  }
}

CodeLength CanonicalWords::Find(uint32_t window) const {
  uint32_t word = 0;
  for (size_t l = 0; l <= kMaxCodeLength; ++l) {
    if (word - first_[l] < count_[l]) {
      return {sorted_[start_[l] + (word - first_[l])], static_cast<uint8_t>(l)};
    }
    word = (word << 1) | ((window >> l) & 1u);
  }
  return {};  // not reached: the code is complete
}

}  // namespace dc
