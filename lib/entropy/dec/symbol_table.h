// A look-up table that turns the next bits of a Huffman stream into several symbols at once.
#ifndef DC_ENTROPY_DEC_SYMBOL_TABLE_H_
#define DC_ENTROPY_DEC_SYMBOL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/canonical_code.h"

namespace dc {

// A word of a prefix code.
struct TableWord {
  uint32_t bits = 0;  // in stream order, the first of them in bit 0
  int length = 0;
  uint32_t symbol = 0;
};

// The words of the canonical Huffman code with these lengths.
std::vector<TableWord> TableWords(std::span<const CodeLength> lengths);

// Entry number b says which whole words the bits b start with: byte 0 is their length together,
// the top byte their number, and the bytes between hold the symbols of type T, the first lowest.
// An entry is 0 where the first word is longer than the table is wide. Shifts by an entry and
// subtractions of it need no masks: they count modulo 64.
template <typename T, typename Entry>
class SymbolTable {
 public:
  static constexpr int kMaxSymbols = (sizeof(Entry) - 2) / sizeof(T);
  static constexpr int kMaxBits = 14;

  // Of the prefix code `words`, whose symbols fit T where words are at most `bits` long. Looks
  // `bits` bits ahead (1 to kMaxBits) and takes up to `symbols` symbols (1 to kMaxSymbols) at once.
  SymbolTable(std::span<const TableWord> words, int bits, int symbols);

  // The entry for a window whose bit 0 is the stream's next bit.
  Entry operator[](uint64_t window) const { return entries_[window & mask_]; }
  static unsigned Length(Entry entry) { return entry & 63u; }
  static Entry Symbols(Entry entry) { return entry >> 8; }
  static unsigned Count(Entry entry) {
    return static_cast<unsigned>(entry >> (8 * sizeof(Entry) - 8));
  }

  const Entry* data() const { return entries_.data(); }
  uint64_t mask() const { return mask_; }

 private:
  std::vector<Entry> entries_;
  uint64_t mask_;
};

}  // namespace dc

#endif  // DC_ENTROPY_DEC_SYMBOL_TABLE_H_
