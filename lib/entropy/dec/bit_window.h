// The next bits of a stream in a register, for loops that check their room only now and then.
#ifndef DC_ENTROPY_DEC_BIT_WINDOW_H_
#define DC_ENTROPY_DEC_BIT_WINDOW_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace dc {

// For little-endian machines. Members are plain so that a loop's copy stays in registers.
struct BitWindow {
  // `bit`: of the first word, at most 8 * bytes.size().
  BitWindow(std::span<const uint8_t> bytes, size_t bit)
      : begin(bytes.data()), in(begin + bit / 8), end(begin + bytes.size()), skip(bit % 8) {}

  // Fills the window for the first time. False where fewer than 8 bytes are left.
  bool Start() {
    if (end - in < 8) return false;
    Refill();
    window >>= skip;
    valid -= skip;
    skip = 0;
    return true;
  }

  // How many times Refill may be called: it takes at most 7 bytes, but looks at 8.
  ptrdiff_t Refills() const { return (end - in - 1) / 7; }

  // Tops the window up to at least 56 bits. Bits of the window beyond `valid` are those of the
  // stream already; the next refill ors them with themselves. Where it reads does not depend on
  // what was dropped since the last refill, so that it need not wait for that.
  [[gnu::always_inline]] void Refill() {
    uint64_t word;
    std::memcpy(&word, in, sizeof(word));
    window |= word << (valid & 63u);
    in += (~valid >> 3) & 7u;
    valid |= 56u;
  }

  // Drops the number of bits that is in the low 6 bits of `entry`.
  template <typename Entry>
  [[gnu::always_inline]] void Drop(Entry entry) {
    window >>= entry & 63u;
    valid -= entry;
    // Keeps the compiler from putting the subtractions off, for which it would store the entries.
    asm("" : "+r"(valid));
  }

  // The place of the next bit, counted from bit 0 of the first byte.
  size_t bit() const { return static_cast<size_t>(in - begin) * 8 + skip - (valid & 63u); }

  const uint8_t *begin, *in, *end;
  uint64_t window = 0;  // the next bits, the first of them in bit 0
  uint64_t valid = 0;   // how many, modulo 64
  size_t skip;          // bits before the first word in the first byte, while not started
};

}  // namespace dc

#endif  // DC_ENTROPY_DEC_BIT_WINDOW_H_
