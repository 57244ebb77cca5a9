// What small_zstd.cc reads: bytes, bits from the end of a stream, and the tables of the two entropy
// coders of zstd frames.
#ifndef DC_ENTROPY_DEC_ZSTD_TABLES_H_
#define DC_ENTROPY_DEC_ZSTD_TABLES_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

#include "base/bit_io.h"

namespace dc::zstd {

using Bytes = std::span<const uint8_t>;

inline constexpr int kMostHuffmanBits = 12;
inline constexpr int kMostTableBits = 9;

inline int HighestBit(uint32_t number) { return static_cast<int>(std::bit_width(number)) - 1; }

// Bytes from the front of a span. Beyond its end there are none, which is remembered.
struct Cursor {
  Bytes bytes;
  bool ok = true;

  Bytes Take(size_t count) {
    ok &= count <= bytes.size();
    if (!ok) return {};
    const Bytes taken = bytes.first(count);
    bytes = bytes.subspan(count);
    return taken;
  }
  // A number of `count` bytes, the lowest first.
  uint64_t Number(size_t count) {
    const Bytes taken = Take(count);
    uint64_t number = 0;
    for (size_t i = 0; i < taken.size(); ++i) number |= uint64_t{taken[i]} << (8 * i);
    return number;
  }
};

// A stream that is read from its last bit to its first: the highest 1 of the last byte marks its
// end. What is before the first bit is 0.
struct BackwardBits {
  Bytes bytes;
  int64_t left = -1;  // bits; below 0 where more were read than there are

  explicit BackwardBits(Bytes from) : bytes(from) {
    if (bytes.empty() || bytes.back() == 0) return;
    left = static_cast<int64_t>(bytes.size() - 1) * 8 + HighestBit(bytes.back());
  }
  // The next `count` bits, 0 <= count <= 32, the first of them on top.
  uint32_t Peek(int count) const {
    const int64_t low = left - count, byte = low >> 3;
    const int64_t size = static_cast<int64_t>(bytes.size());
    uint64_t word = 0;
    if (byte >= 0 && byte + 8 <= size && std::endian::native == std::endian::little) {
      std::memcpy(&word, bytes.data() + byte, sizeof(word));
    } else {
      for (int64_t i = std::max<int64_t>(-byte, 0); i < std::min<int64_t>(size - byte, 8); ++i) {
        word |= uint64_t{bytes[static_cast<size_t>(byte + i)]} << (8 * i);
      }
    }
    return static_cast<uint32_t>((word >> (low & 7)) & ((uint64_t{1} << count) - 1));
  }
  uint32_t Read(int count) {
    const uint32_t bits = Peek(count);
    left -= count;
    return bits;
  }
};

// A table of states: in each a symbol, and where the bits that are read next lead.
class States {
 public:
  // Those of symbols that appear `counts` times out of 2^bits; -1 stands for less than once.
  template <typename Count>
  void Build(std::span<const Count> counts, int bits) {
    bits_ = bits;
    const uint32_t size = 1u << bits;
    uint32_t high = size, at = 0;
    std::array<uint16_t, 256> next;
    for (size_t s = 0; s < counts.size(); ++s) {
      next[s] = static_cast<uint16_t>(std::abs(counts[s]));
      if (counts[s] < 0) cells_[--high].symbol = static_cast<uint8_t>(s);
    }
    for (size_t s = 0; s < counts.size(); ++s) {
      for (int i = 0; i < counts[s]; ++i) {
        cells_[at].symbol = static_cast<uint8_t>(s);
        do {
          at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
        } while (at >= high);
      }
    }
    for (uint32_t i = 0; i < size; ++i) {
      const uint32_t number = next[cells_[i].symbol]++;
      cells_[i].bits = static_cast<uint8_t>(bits - HighestBit(number));
      cells_[i].base = static_cast<uint16_t>((number << cells_[i].bits) - size);
    }
  }
  // One state.
  void BuildSingle(uint8_t symbol) {
    bits_ = 0;
    cells_[0] = {symbol, 0, 0};
  }
  // Those whose counts `in` begins with.
  bool Read(Cursor* in, int most_bits, size_t most_symbols) {
    BitReader bits(in->bytes);
    const int table_bits = static_cast<int>(bits.Read(4)) + 5;
    if (table_bits > most_bits) return false;
    std::array<int16_t, 256> counts;
    size_t symbols = 0;
    int rest = 1 << table_bits;
    while (rest > 0 && symbols < most_symbols) {
      // One bit less is enough for the lowest of the numbers that are possible.
      const int width = HighestBit(static_cast<uint32_t>(rest) + 1) + 1;
      const uint32_t low = (1u << (width - 1)) - 1;
      const uint32_t lowest = 2 * low - static_cast<uint32_t>(rest);
      uint32_t value = bits.Peek(width);
      const bool is_short = (value & low) < lowest;
      if (is_short) {
        value &= low;
      } else if (value > low) {
        value -= lowest;
      }
      bits.Skip(is_short ? width - 1 : width);
      const int count = static_cast<int>(value) - 1;
      rest -= std::abs(count);
      counts[symbols++] = static_cast<int16_t>(count);
      for (uint32_t zeros = 3; count == 0 && zeros == 3;) {
        zeros = bits.Read(2);
        if (symbols + zeros > most_symbols) return false;
        for (uint32_t i = 0; i < zeros; ++i) counts[symbols++] = 0;
      }
    }
    if (rest != 0 || bits.overrun()) return false;
    in->Take((bits.consumed() + 7) / 8);
    Build(std::span<const int16_t>(counts).first(symbols), table_bits);
    return true;
  }

  bool built() const { return bits_ >= 0; }
  uint32_t Start(BackwardBits* bits) const { return bits->Read(bits_); }
  uint8_t Symbol(uint32_t state) const { return cells_[state].symbol; }
  uint32_t Next(uint32_t state, BackwardBits* bits) const {
    return cells_[state].base + bits->Read(cells_[state].bits);
  }

 private:
  struct Cell {
    uint8_t symbol, bits;
    uint16_t base;
  };
  int bits_ = -1;
  std::array<Cell, 1 << kMostTableBits> cells_;
};

// The words of a Huffman code, by the bits that follow.
class Words {
 public:
  // Reads the description that `in` begins with.
  bool Read(Cursor* in) {
    std::array<uint8_t, 256> weights;
    size_t count = 0;
    const uint64_t header = in->Number(1);
    if (header >= 128) {
      count = header - 127;
      const Bytes pairs = in->Take((count + 1) / 2);
      if (!in->ok) return false;
      for (size_t i = 0; i < count; ++i) weights[i] = (pairs[i / 2] >> (i % 2 ? 0 : 4)) & 15;
    } else {
      Cursor part{in->Take(header)};
      States states;
      if (!in->ok || !states.Read(&part, 6, kMostHuffmanBits + 1)) return false;
      BackwardBits bits(part.bytes);
      // Two states take turns, until there are no bits for the next.
      uint32_t now = states.Start(&bits), then = states.Start(&bits);
      if (bits.left < 0) return false;
      while (bits.left >= 0) {
        if (count > 253) return false;
        weights[count++] = states.Symbol(now);
        now = std::exchange(then, states.Next(now, &bits));
      }
      weights[count++] = states.Symbol(now);
    }
    return Build(weights, count);
  }
  bool built() const { return bits_ > 0; }
  // Fills `out` with what `bytes` holds.
  bool Decode(Bytes bytes, std::span<uint8_t> out) const {
    BackwardBits bits(bytes);
    for (uint8_t& symbol : out) {
      if (bits.left < 0) return false;
      const Cell cell = cells_[bits.Peek(bits_)];
      symbol = cell.symbol;
      bits.left -= cell.bits;
    }
    return bits.left == 0;
  }

 private:
  // A word of weight w > 0 takes 2^(w-1) places of the table. The last weight is what fills it.
  bool Build(std::span<uint8_t, 256> weights, size_t count) {
    uint32_t sum = 0;
    for (size_t s = 0; s < count; ++s) {
      if (weights[s] > kMostHuffmanBits) return false;
      sum += (1u << weights[s]) >> 1;
    }
    const int bits = HighestBit(sum) + 1;
    if (sum == 0 || bits > kMostHuffmanBits) return false;
    const uint32_t rest = (1u << bits) - sum;
    if (!std::has_single_bit(rest)) return false;
    weights[count++] = static_cast<uint8_t>(HighestBit(rest) + 1);
    size_t at = 0;
    for (int weight = 1; weight <= bits; ++weight) {
      for (size_t s = 0; s < count; ++s) {
        if (weights[s] != weight) continue;
        const size_t places = size_t{1} << (weight - 1);
        std::fill_n(cells_.begin() + static_cast<ptrdiff_t>(at), places,
                    Cell{static_cast<uint8_t>(s), static_cast<uint8_t>(bits + 1 - weight)});
        at += places;
      }
    }
    bits_ = bits;
    return true;
  }

  struct Cell {
    uint8_t symbol, bits;
  };
  int bits_ = 0;
  std::array<Cell, 1 << kMostHuffmanBits> cells_;
};

}  // namespace dc::zstd

#endif  // DC_ENTROPY_DEC_ZSTD_TABLES_H_
