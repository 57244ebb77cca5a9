// The conventions of the specification: bytes, bits and their order.
#ifndef DOCS_REFERENCE_DECODER_READING_H_
#define DOCS_REFERENCE_DECODER_READING_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <vector>

namespace dcz {

static_assert(sizeof(size_t) == 8, "sizes are 64-bit numbers here");
using Bytes = std::span<const uint8_t>;
using Numbers = std::vector<uint64_t>;

// Ends the decoding of a file that is damaged, hostile or of a later format.
inline void Require(bool condition, const char* otherwise) {
  if (!condition) throw std::runtime_error(otherwise);
}

// Takes numbers from the front of some bytes; refuses to read past their end.
class ByteReader {
 public:
  explicit ByteReader(Bytes bytes) : rest_(bytes) {}

  Bytes rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

  Bytes Take(uint64_t count) {
    Require(count <= rest_.size(), "bytes missing");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  // An unsigned integer of so many bytes.
  uint32_t Unsigned(int bytes) {
    uint32_t number = 0;
    for (int i = 0; i < bytes; ++i) number |= uint32_t{Take(1)[0]} << (8 * i);
    return number;
  }

  uint64_t Varint(int max_bytes = 10) {
    uint64_t number = 0;
    for (int i = 0; i < max_bytes; ++i) {
      const uint64_t byte = Unsigned(1);
      Require(i < 9 || byte <= 1, "varint beyond 64 bits");
      number |= (byte & 127) << (7 * i);
      if (byte < 128) return number;
    }
    throw std::runtime_error("varint too long");
  }

 private:
  Bytes rest_;
};

// Takes bits from the least significant of each byte on.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  uint64_t Bit() {
    Require(at_ / 8 < bytes_.size(), "bits missing");
    const uint64_t bit = bytes_[at_ / 8] >> at_ % 8 & 1;
    ++at_;
    return bit;
  }

  uint64_t Number(uint64_t bits) {
    uint64_t number = 0;
    for (uint64_t i = 0; i < bits; ++i) number |= Bit() << i;
    return number;
  }

  // The bytes behind the one that was begun, whose other bits must be zero.
  Bytes RestAfterPadding() {
    while (at_ % 8 != 0) Require(Bit() == 0, "padding that is not zero");
    return bytes_.subspan(at_ / 8);
  }

  void RequireEnd() { Require(RestAfterPadding().empty(), "bytes left over"); }

 private:
  Bytes bytes_;
  size_t at_ = 0;  // in bits
};

}  // namespace dcz

#endif  // DOCS_REFERENCE_DECODER_READING_H_
