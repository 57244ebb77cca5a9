#include "entropy/enc/range_encoder.h"

#include <cstddef>
#include <utility>

namespace dc {

void RangeEncoder::Append(uint32_t word) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes_.push_back(static_cast<uint8_t>(word >> shift));
  }
}

void RangeEncoder::Carry() {
  size_t i = bytes_.size();
  while (++bytes_[--i] == 0) {
  }
}

std::vector<uint8_t> RangeEncoder::Finish() {
  // Of the numbers in [low, low + range) the one with the most trailing zero bits.
  uint64_t value = low_;
  for (int zeros = 63; zeros > 0; --zeros) {
    const uint64_t mask = (uint64_t{1} << zeros) - 1;
    const uint64_t up = (low_ & mask) == 0 ? low_ : (low_ | mask) + 1;
    if (up - low_ < range_) {
      // Rounding up may wrap around: then it carries.
      if (up < low_) Carry();
      value = up;
      break;
    }
  }
  Append(static_cast<uint32_t>(value >> 32));
  Append(static_cast<uint32_t>(value));
  while (!bytes_.empty() && bytes_.back() == 0) bytes_.pop_back();
  return std::move(bytes_);
}

}  // namespace dc
