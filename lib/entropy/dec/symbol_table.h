// A look-up table that turns the next bits of a Huffman stream into several symbols at once.
#ifndef DC_ENTROPY_DEC_SYMBOL_TABLE_H_
#define DC_ENTROPY_DEC_SYMBOL_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/canonical_code.h"

namespace dc {

// Entry number b says which whole words the bits b start with: byte 0 is their length together,
// the top byte their number, and the bytes between hold the symbols of type T, the first lowest.
// An entry is 0 where the first word is longer than the table is wide. Shifts by an entry and
// subtractions of it need no masks: they count modulo 64.
template <typename T, typename Entry>
class SymbolTable {
 public:
  static constexpr int kMaxSymbols = (sizeof(Entry) - 2) / sizeof(T);
  static constexpr int kMaxBits = 14;

  // Of the code `lengths` (two symbols or more), looking `bits` bits ahead (1 to kMaxBits) and
  // taking up to `symbols` symbols (1 to kMaxSymbols) at once.
  SymbolTable(std::span<const CodeLength> lengths, int bits, int symbols);

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
