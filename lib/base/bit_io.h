// Bit streams, least significant bit first: the first bit written is bit 0 of byte 0. The last byte
// is padded with zero bits.
#ifndef DC_BASE_BIT_IO_H_
#define DC_BASE_BIT_IO_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace dc {

// Appends bits to a byte vector that it owns.
class BitWriter {
 public:
  // The low `count` bits of `bits`, 0 <= count <= 32; higher bits must be zero.
  void Write(uint32_t bits, int count) {
    pending_ |= static_cast<uint64_t>(bits) << filled_;
    filled_ += count;
    while (filled_ >= 8) {
      bytes_.push_back(static_cast<uint8_t>(pending_));
      pending_ >>= 8;
      filled_ -= 8;
    }
  }
  // Bits written so far.
  size_t bit_count() const { return bytes_.size() * 8 + static_cast<size_t>(filled_); }
  // Pads to a whole byte and hands the bytes over; the writer is empty afterwards.
  std::vector<uint8_t> Finish() {
    if (filled_ > 0) bytes_.push_back(static_cast<uint8_t>(pending_));
    pending_ = 0;
    filled_ = 0;
    return std::exchange(bytes_, {});
  }

 private:
  std::vector<uint8_t> bytes_;
  uint64_t pending_ = 0;  // bits not yet in bytes_, the first of them in bit 0
  int filled_ = 0;        // how many: fewer than 8 between calls
};

// Reads bits from bytes that the caller keeps alive. Past the end it reads zeros and remembers:
// a decoder checks `overrun` once, after its loop, instead of at every symbol.
class BitReader {
 public:
  explicit BitReader(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  // The next `count` bits without consuming them, 0 <= count <= 32.
  uint32_t Peek(int count) {
    if (available_ < count) Refill();
    return static_cast<uint32_t>(window_ & ((uint64_t{1} << count) - 1));
  }
  // Consumes `count` bits: at most as many as the last Peek asked for.
  void Skip(int count) {
    window_ >>= count;
    available_ -= count;
    consumed_ += static_cast<size_t>(count);
  }
  // The next `count` bits, 0 <= count <= 32, consumed.
  uint32_t Read(int count) {
    const uint32_t bits = Peek(count);
    Skip(count);
    return bits;
  }
  // True once more bits were consumed than there are.
  bool overrun() const { return consumed_ > bytes_.size() * 8; }
  // Bits consumed so far.
  size_t consumed() const { return consumed_; }
  // True when everything but zero padding bits of the last byte was consumed, and nothing more.
  bool AtEnd() {
    if (overrun() || bytes_.size() * 8 - consumed_ >= 8) return false;
    const int rest = static_cast<int>(bytes_.size() * 8 - consumed_);
    return Peek(rest) == 0;
  }

 private:
  // Tops the window up to at least 57 bits.
  void Refill() {
    if constexpr (std::endian::native == std::endian::little) {
      if (bytes_.size() >= 8 && next_ <= bytes_.size() - 8) {
        // Eight bytes in one load. Those that do not fit whole leave bits above `available_` which
        // the next refill, reading the same bytes again, ors with themselves.
        uint64_t word;
        std::memcpy(&word, bytes_.data() + next_, sizeof(word));
        window_ |= word << available_;
        const int loaded = (63 - available_) / 8;
        next_ += static_cast<size_t>(loaded);
        available_ += loaded * 8;
        return;
      }
    }
    while (available_ <= 56) {
      const uint64_t byte = next_ < bytes_.size() ? bytes_[next_] : 0;
      ++next_;
      window_ |= byte << available_;
      available_ += 8;
    }
  }

  std::span<const uint8_t> bytes_;
  size_t next_ = 0;      // first byte that `available_` does not count
  size_t consumed_ = 0;  // bits
  uint64_t window_ = 0;  // the next bits, the first of them in bit 0
  int available_ = 0;    // valid bits of the window
};

}  // namespace dc

#endif  // DC_BASE_BIT_IO_H_
