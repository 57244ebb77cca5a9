#include "entropy/dec/escape_gaps.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "base/bit_io.h"
#include "base/cpu.h"
#include "base/damaged.h"
#include "entropy/common/gap_token.h"
#include "entropy/dec/bit_window.h"
#include "entropy/dec/canonical_words.h"
#include "entropy/dec/huffman_decoder.h"
#include "entropy/dec/symbol_table.h"

namespace dc {
namespace {

// Symbols are distances: gaps plus 1. A word is that of a token with its suffix.
using Table = SymbolTable<uint16_t, uint64_t>;
constexpr int kMaxTableBits = 12;
constexpr int kSteps = 4;  // look-ups between two refills of a window

// Whole words of at most `bits` bits whose distances fit the table.
std::vector<TableWord> ShortWords(std::span<const CodeLength> lengths, int precision, int bits) {
  std::vector<TableWord> words;
  for (const TableWord& token : TableWords(lengths)) {
    const int suffix_bits = SuffixBits(token.symbol, precision);
    if (token.length + suffix_bits > bits) continue;
    for (uint32_t suffix = 0; suffix < 1u << suffix_bits; ++suffix) {
      const uint32_t gap = GapOf(token.symbol, suffix, precision);
      if (gap >= 0xFFFF) break;
      words.push_back({token.bits | suffix << token.length, token.length + suffix_bits, gap + 1});
    }
  }
  return words;
}

// A walk through the gaps.
struct GapWalk : BitWindow {
  GapWalk(std::span<const uint8_t> bytes, size_t bit, std::span<uint32_t> places)
      : BitWindow(bytes, bit), out(places.data()), out_end(out + places.size()) {}

  // How many rounds of Refill and kSteps look-ups stay within both spans.
  ptrdiff_t Rounds() const {
    return std::min(Refills(), (out_end - out) / (kSteps * Table::kMaxSymbols));
  }

  // One look-up. False, and nothing changes, where the next word is not in the table.
  [[gnu::always_inline]] bool Step(const uint64_t* table, uint64_t mask) {
    static_assert(Table::kMaxSymbols == 3);
    const uint64_t entry = table[window & mask];
    Drop(entry);
    const uint64_t distances = Table::Symbols(entry);
    const uint64_t first = at + (distances & 0xFFFFu);
    const uint64_t second = first + (distances >> 16 & 0xFFFFu);
    at = second + (distances >> 32 & 0xFFFFu);  // distances that the entry does not have are 0
    out[0] = static_cast<uint32_t>(first);
    out[1] = static_cast<uint32_t>(second);
    out[2] = static_cast<uint32_t>(at);
    out += Table::Count(entry);
    return entry != 0;
  }

  void Push(uint32_t gap) {
    at += uint64_t{gap} + 1;
    *out++ = static_cast<uint32_t>(at);
  }

  // Takes one word of any length. Precondition: 56 bits are valid, and room for it.
  void TakeLong(const CanonicalWords& words, int precision) {
    const CodeLength token = words.Find(static_cast<uint32_t>(window));
    Drop(token.length);
    const int suffix_bits = SuffixBits(token.symbol, precision);
    const uint64_t suffix = window & ((uint64_t{1} << suffix_bits) - 1);
    Drop(static_cast<unsigned>(suffix_bits));
    Push(GapOf(token.symbol, static_cast<uint32_t>(suffix), precision));
  }

  uint32_t *out, *out_end;
  uint64_t at = ~uint64_t{0};  // the place reached, modulo 2^64
};

// Walks until the end of either span is close. Precondition: started.
[[gnu::always_inline]] inline void RunHere(const Table& table, const CanonicalWords& words,
                                           int precision, GapWalk* result) {
  const uint64_t* const entries = table.data();
  const uint64_t mask = table.mask();
  GapWalk walk = *result;  // a copy stays in registers
  for (ptrdiff_t rounds = 0;;) {
    if (rounds <= 1) rounds = walk.Rounds();
    if (rounds <= 1) break;
    do {
      walk.Refill();
      if (!walk.Step(entries, mask)) [[unlikely]]
        break;
      // With a long word ahead, the walk stands still until the next round, which ends here.
      walk.Step(entries, mask);
      walk.Step(entries, mask);
      walk.Step(entries, mask);
    } while (--rounds > 1);
    if (rounds <= 1) continue;
    // The second refill counts as a round.
    walk.Refill();
    walk.TakeLong(words, precision);
    rounds -= 2;
  }
  *result = walk;
}

#if defined(__x86_64__) && !defined(__BMI2__)
// Each look-up waits for a shift by a variable, which takes one step with BMI2 and three without.
[[gnu::target("bmi2")]] void RunBmi2(const Table& table, const CanonicalWords& words, int precision,
                                     GapWalk* result) {
  RunHere(table, words, precision, result);
}
#endif

void Run(const Table& table, const CanonicalWords& words, int precision, GapWalk* result) {
#if defined(__x86_64__) && !defined(__BMI2__)
  if (HasBmi2()) return RunBmi2(table, words, precision, result);
#endif
  RunHere(table, words, precision, result);
}

}  // namespace

Status DecodeEscapeGaps(int precision, std::span<const uint8_t> bytes, uint64_t end,
                        std::span<uint32_t> places) {
  BitReader bits(bytes);
  DC_ASSIGN_OR_RETURN(const auto lengths, ReadCodeLengths(TokenCount(precision), &bits));
  if (bits.overrun()) return Damaged("Huffman table cut short");
  const CanonicalWords words(lengths);
  GapWalk walk(bytes, bits.consumed(), places);
  if constexpr (std::endian::native == std::endian::little) {
    // As measured: each bit of width pays from four times as many gaps on as the one before.
    const int width =
        std::min((static_cast<int>(std::bit_width(places.size())) + 5) / 2, kMaxTableBits);
    const Table table(ShortWords(lengths, precision, width), width, Table::kMaxSymbols);
    if (walk.Start()) Run(table, words, precision, &walk);
  }
  BitReader rest({walk.begin + walk.bit() / 8, walk.end});
  rest.Read(static_cast<int>(walk.bit() % 8));
  while (walk.out < walk.out_end && !rest.overrun()) {
    const CodeLength token = words.Find(rest.Peek(kMaxCodeLength));
    rest.Skip(token.length);
    const uint32_t suffix = rest.Read(SuffixBits(token.symbol, precision));
    walk.Push(GapOf(token.symbol, suffix, precision));
  }
  if (!places.empty() && walk.at >= end) return Damaged("position outside the weight");
  if (!rest.AtEnd()) return Damaged("bits missing or left over in the positions");
  return OkStatus();
}

}  // namespace dc
