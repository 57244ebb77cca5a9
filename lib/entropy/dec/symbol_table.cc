#include "entropy/dec/symbol_table.h"

namespace dc {

std::vector<TableWord> TableWords(std::span<const CodeLength> lengths) {
  const std::vector<uint32_t> codes = CanonicalCodes(lengths);
  std::vector<TableWord> words;
  words.reserve(lengths.size());
  for (size_t i = 0; i < lengths.size(); ++i) {
    words.push_back({codes[i], lengths[i].length, lengths[i].symbol});
  }
  return words;
}

template <typename T, typename Entry>
SymbolTable<T, Entry>::SymbolTable(std::span<const TableWord> words, int bits, int symbols)
    : entries_(size_t{1} << bits), mask_(entries_.size() - 1) {
  constexpr int kCountShift = 8 * sizeof(Entry) - 8;
  for (const TableWord& word : words) {
    if (word.length > bits) continue;
    const Entry entry = Entry{1} << kCountShift | Entry{static_cast<T>(word.symbol)} << 8 |
                        static_cast<Entry>(word.length);
    for (size_t at = word.bits; at < entries_.size(); at += size_t{1} << word.length) {
      entries_[at] = entry;
    }
  }
  if (symbols == 1) return;
  const std::vector<Entry> single = entries_;
  for (size_t at = 0; at < entries_.size(); ++at) {
    Entry entry = single[at];
    if (entry == 0) continue;
    int used = static_cast<int>(Length(entry));
    for (int count = 1; count < symbols; ++count) {
      // Bits beyond the table's width are unknown: only words that end before them count.
      const Entry next = single[at >> used];
      const int length = static_cast<int>(Length(next));
      if (next == 0 || used + length > bits) break;
      const Entry symbol = static_cast<T>(Symbols(next));
      entry += Entry{1} << kCountShift;
      entry += static_cast<Entry>(length);
      entry |= symbol << (8 + 8 * sizeof(T) * static_cast<size_t>(count));
      used += length;
    }
    entries_[at] = entry;
  }
}

template class SymbolTable<uint8_t, uint32_t>;
template class SymbolTable<uint8_t, uint64_t>;
template class SymbolTable<uint16_t, uint64_t>;

}  // namespace dc
