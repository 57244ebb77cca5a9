// Binary range coder, decoding side.
#ifndef DC_ENTROPY_DEC_RANGE_DECODER_H_
#define DC_ENTROPY_DEC_RANGE_DECODER_H_

#include <cstddef>
#include <cstdint>
#include <span>

namespace dc {

// Reads what RangeEncoder wrote. Past the end it reads zeros.
class RangeDecoder {
 public:
  explicit RangeDecoder(std::span<const uint8_t> bytes) : bytes_(bytes) {
    value_ = uint64_t{Word()} << 32;
    value_ |= Word();
  }

  // The next bit; 1 has the probability p16 / 65536, 1 <= p16 <= 65535. The first argument is there
  // for models that encode, too.
  bool Code(bool, uint32_t p16) {
    const uint64_t ones = (range_ >> 16) * p16;
    if (value_ < ones) {
      range_ = ones;
      Refill();
      return true;
    }
    value_ -= ones;
    range_ -= ones;
    Refill();
    return false;
  }

  // Whether the bytes say no more: either all bits from here on are ones, because the coded number
  // is the lower end of every interval to come, or so much was read beyond the end that no
  // encoder's bytes are that short. That is damage, which would take any time to decode.
  bool IsUsedUp() const {
    return next_ >= bytes_.size() && (value_ == 0 || next_ >= bytes_.size() + kMostBeyond);
  }
  // Precondition: IsUsedUp.
  bool OnlyOnesFollow() const { return value_ == 0; }

  // Whether the bytes end as an encoder ends them: none is unread, and the last is not 0.
  bool AtEnd() const { return next_ >= bytes_.size() && (bytes_.empty() || bytes_.back() != 0); }

 private:
  // One word is enough: a range of at least 2^32 becomes 2^16 at least.
  void Refill() {
    if (range_ >> 32 == 0) [[unlikely]] {
      value_ = value_ << 32 | Word();
      range_ <<= 32;
    }
  }

  uint32_t Word() {
    uint32_t word = 0;
    for (int i = 0; i < 4; ++i, ++next_) {
      word = word << 8 | (next_ < bytes_.size() ? bytes_[next_] : 0u);
    }
    return word;
  }

  // Bytes beyond the end: those that an encoder's last interval has room for, and as many again as
  // no rounding of intervals can make up.
  static constexpr size_t kMostBeyond = 40;

  std::span<const uint8_t> bytes_;
  size_t next_ = 0;
  // The distance of the coded number from the interval's lower end, and the interval's size.
  uint64_t value_ = 0, range_ = ~uint64_t{0};
};

}  // namespace dc

#endif  // DC_ENTROPY_DEC_RANGE_DECODER_H_
