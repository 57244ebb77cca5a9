// Binary range coder, encoding side.
#ifndef DC_ENTROPY_ENC_RANGE_ENCODER_H_
#define DC_ENTROPY_ENC_RANGE_ENCODER_H_

#include <cstdint>
#include <vector>

namespace dc {

// Narrows a 64-bit interval in proportion to the probability of each bit and writes its leading
// 32 bits, most significant byte first, whenever the rest has become small.
class RangeEncoder {
 public:
  // Encodes `bit`; 1 has the probability p16 / 65536, 1 <= p16 <= 65535. Returns `bit`.
  bool Code(bool bit, uint32_t p16) {
    const uint64_t ones = (range_ >> 16) * p16;
    if (bit) {
      range_ = ones;
    } else {
      low_ += ones;
      if (low_ < ones) Carry();
      range_ -= ones;
    }
    while (range_ >> 32 == 0) {
      Append(static_cast<uint32_t>(low_ >> 32));
      low_ <<= 32;
      range_ <<= 32;
    }
    return bit;
  }

  // The bytes of all bits, without trailing zeros: the decoder reads zeros past the end.
  std::vector<uint8_t> Finish();

 private:
  void Append(uint32_t word);
  void Carry();

  uint64_t low_ = 0, range_ = ~uint64_t{0};
  std::vector<uint8_t> bytes_;
};

}  // namespace dc

#endif  // DC_ENTROPY_ENC_RANGE_ENCODER_H_
