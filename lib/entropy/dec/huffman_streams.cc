#include "entropy/dec/huffman_streams.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <functional>
#include <vector>

#include "base/bit_io.h"
#include "base/cpu.h"
#include "entropy/dec/bit_window.h"
#include "entropy/dec/canonical_words.h"
#include "entropy/dec/symbol_table.h"

namespace dc {
namespace {

#define DC_INLINE [[gnu::always_inline]] inline

// A stream while it is decoded.
template <typename T, typename Entry>
struct Lane : BitWindow {
  using Table = SymbolTable<T, Entry>;
  static constexpr int kSteps = 4;  // look-ups between two refills: 56 bits are enough for them
  static_assert(kSteps * Table::kMaxBits <= 56);

  explicit Lane(const HuffmanStream<T>& stream)
      : BitWindow(stream.bytes, stream.bit),
        out(stream.out.data()),
        out_end(out + stream.out.size()) {}

  // How many rounds of Refill and kSteps look-ups stay within both spans. Each look-up writes a
  // whole entry.
  ptrdiff_t Rounds() const {
    const ptrdiff_t room = (out_end - out) * static_cast<ptrdiff_t>(sizeof(T));
    constexpr ptrdiff_t kWritten = kSteps * Table::kMaxSymbols * sizeof(T);
    return std::min(Refills(), (room - static_cast<ptrdiff_t>(sizeof(Entry))) / kWritten);
  }

  // One look-up. False, and nothing changes, where the next word is too long for the table.
  DC_INLINE bool Step(const Entry* table, uint64_t mask) {
    const Entry entry = table[window & mask];
    Drop(entry);
    const Entry symbols = Table::Symbols(entry);
    std::memcpy(out, &symbols, sizeof(symbols));
    out += Table::Count(entry);
    return entry != 0;
  }

  // Takes one word of any length. Precondition: kMaxCodeLength bits are valid, and room for it.
  void TakeLong(const CanonicalWords& words) {
    const CodeLength word = words.Find(static_cast<uint32_t>(window));
    Drop(word.length);
    *out++ = static_cast<T>(word.symbol);
  }

  // Takes what is left, without looking beyond either span. False where bits are missing or left.
  bool Finish(const Table& table, const CanonicalWords& words) {
    BitReader bits({begin + bit() / 8, end});
    bits.Read(static_cast<int>(bit() % 8));
    while (out < out_end && !bits.overrun()) {
      const uint32_t ahead = bits.Peek(kMaxCodeLength);
      const Entry entry = table[ahead];
      const unsigned count = Table::Count(entry);
      if (entry == 0 || count > static_cast<size_t>(out_end - out)) {
        const CodeLength word = words.Find(ahead);
        bits.Skip(word.length);
        *out++ = static_cast<T>(word.symbol);
        continue;
      }
      bits.Skip(static_cast<int>(Table::Length(entry)));
      Entry symbols = Table::Symbols(entry);
      for (unsigned i = 0; i < count; ++i, symbols >>= 8 * sizeof(T)) {
        *out++ = static_cast<T>(symbols);
      }
    }
    return bits.AtEnd();
  }

  T *out, *out_end;
};

// Decodes all lanes side by side until one of them is close to its end. Precondition: started.
template <typename Table, typename... Lanes>
DC_INLINE void RunLanes(const Table& table, const CanonicalWords& words, Lanes&... lanes) {
  const auto* const entries = table.data();
  const uint64_t mask = table.mask();
  ptrdiff_t rounds = 0;
  for (;;) {
    if (rounds == 0) rounds = std::min({lanes.Rounds()...});
    if (rounds <= 0) return;
    do {
      (lanes.Refill(), ...);
      // A lane with a long word ahead stands still until the next round, which ends here.
      if (!(lanes.Step(entries, mask) && ...)) [[unlikely]]
        break;
      (lanes.Step(entries, mask), ...);
      (lanes.Step(entries, mask), ...);
      (lanes.Step(entries, mask), ...);
    } while (--rounds > 0);
    if (rounds == 0) continue;
    // Every lane was just filled and took one step at most: it has bits and room for a word of any
    // length, and what it takes is less than a round.
    ((table[lanes.window] == 0 ? lanes.TakeLong(words) : void()), ...);
    --rounds;
  }
}

// Copies of the lanes stay in registers.
template <typename T, typename Entry>
DC_INLINE void CopyAndRunFour(const SymbolTable<T, Entry>& table, const CanonicalWords& words,
                              Lane<T, Entry>* lanes) {
  Lane<T, Entry> a = lanes[0], b = lanes[1], c = lanes[2], d = lanes[3];
  RunLanes(table, words, a, b, c, d);
  lanes[0] = a, lanes[1] = b, lanes[2] = c, lanes[3] = d;
}

#if defined(__x86_64__) && !defined(__BMI2__)
// Shifts by a variable take one step with BMI2 and three without.
template <typename T, typename Entry>
[[gnu::target("bmi2")]] void RunFourBmi2(const SymbolTable<T, Entry>& table,
                                         const CanonicalWords& words, Lane<T, Entry>* lanes) {
  CopyAndRunFour(table, words, lanes);
}
#endif

// Does nothing where a program for all machines meets one without BMI2, of 2013 or before: another
// copy of the loop is more than it is worth.
template <typename T, typename Entry>
void RunFour(const SymbolTable<T, Entry>& table, const CanonicalWords& words,
             Lane<T, Entry>* lanes) {
#if defined(__x86_64__) && !defined(__BMI2__)
  if (HasBmi2()) RunFourBmi2(table, words, lanes);
#else
  CopyAndRunFour(table, words, lanes);
#endif
}

template <typename T, typename Entry>
void RunOne(const SymbolTable<T, Entry>& table, const CanonicalWords& words, Lane<T, Entry>* lane) {
  Lane<T, Entry> copy = *lane;
  RunLanes(table, words, copy);
  *lane = copy;
}

template <typename T, typename Entry>
bool Decode(const SymbolTable<T, Entry>& table, const CanonicalWords& words,
            std::span<const HuffmanStream<T>> streams) {
  std::vector<Lane<T, Entry>> lanes(streams.begin(), streams.end());
  if constexpr (std::endian::native == std::endian::little) {
    std::array<bool, 4> started{};
    for (size_t i = 0; i < lanes.size(); ++i) started[i] = lanes[i].Start();
    if (std::all_of(started.begin(), started.end(), std::identity())) {
      RunFour(table, words, lanes.data());
    }
    for (size_t i = 0; i < lanes.size(); ++i) {
      if (started[i]) RunOne(table, words, &lanes[i]);
    }
  }
  bool complete = true;
  for (Lane<T, Entry>& lane : lanes) complete &= lane.Finish(table, words);
  return complete;
}

// The only symbol of a code takes no bits.
template <typename T>
bool FillStreams(uint32_t symbol, std::span<const HuffmanStream<T>> streams) {
  for (const HuffmanStream<T>& stream : streams) {
    BitReader bits(stream.bytes.subspan(stream.bit / 8));
    bits.Read(static_cast<int>(stream.bit % 8));
    if (!bits.AtEnd()) return false;
    std::fill(stream.out.begin(), stream.out.end(), static_cast<T>(symbol));
  }
  return true;
}

// Up to this many bits a word, a look-up finds so many words that wide entries pay.
constexpr double kShortWords = 5.0;

// Expected bits of a word.
double MeanLength(std::span<const CodeLength> lengths) {
  double mean = 0;
  for (const CodeLength& entry : lengths) {
    mean += static_cast<double>(entry.length) / static_cast<double>(1u << entry.length);
  }
  return mean;
}

// Builds a table that the number of symbols pays for, at most `most_bits` wide, and decodes.
template <typename T, typename Entry>
bool DecodeWithTable(std::span<const CodeLength> lengths, double mean_length, int most_bits,
                     std::span<const HuffmanStream<T>> streams) {
  size_t symbols = 0;
  for (const HuffmanStream<T>& stream : streams) symbols += stream.out.size();
  const CanonicalWords words(lengths);
  const bool short_words = mean_length <= kShortWords;
  // As measured: each bit of width pays from four times as many symbols on as the one before.
  const int affordable = (std::bit_width(symbols) + (short_words ? 4 : 9)) / 2;
  const bool several = short_words || symbols >= 65536;
  const int bits = std::min({affordable, most_bits, several ? most_bits : words.longest()});
  const SymbolTable<T, Entry> table(TableWords(lengths), bits,
                                    several ? SymbolTable<T, Entry>::kMaxSymbols : 1);
  return Decode(table, words, streams);
}

}  // namespace

bool DecodeHuffmanStreams(std::span<const CodeLength> lengths,
                          std::span<const HuffmanStream<uint8_t>> streams) {
  if (lengths.size() == 1) return FillStreams(lengths[0].symbol, streams);
  const double mean = MeanLength(lengths);
  if (mean <= kShortWords) return DecodeWithTable<uint8_t, uint64_t>(lengths, mean, 12, streams);
  return DecodeWithTable<uint8_t, uint32_t>(lengths, mean, 13, streams);
}

bool DecodeHuffmanStreams(std::span<const CodeLength> lengths,
                          std::span<const HuffmanStream<uint16_t>> streams) {
  if (lengths.size() == 1) return FillStreams(lengths[0].symbol, streams);
  const double mean = MeanLength(lengths);
  const int most_bits = std::clamp(static_cast<int>(mean) + 3, 12, 14);
  return DecodeWithTable<uint16_t, uint64_t>(lengths, mean, most_bits, streams);
}

}  // namespace dc
