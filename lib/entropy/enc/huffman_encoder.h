// Writes canonical Huffman codes, and knows beforehand how many bits that takes.
#ifndef DC_ENTROPY_ENC_HUFFMAN_ENCODER_H_
#define DC_ENTROPY_ENC_HUFFMAN_ENCODER_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/bit_io.h"
#include "entropy/enc/code_lengths.h"

namespace dc {

// The code of one stream.
class HuffmanEncoder {
 public:
  // The code of least size for these counts (not empty, symbols below 65,536).
  explicit HuffmanEncoder(std::span<const SymbolCount> counts);

  // Exact bits of the table of code lengths, and of all counted symbols.
  uint64_t table_bits() const { return table_bits_; }
  uint64_t symbol_bits() const { return symbol_bits_; }
  const std::vector<CodeLength>& lengths() const { return lengths_; }

  // Writes the table; then symbols that were counted, in any order.
  void WriteTable(BitWriter* bits) const;
  void WriteSymbol(uint32_t symbol, BitWriter* bits) const {
    const Word& word = words_[symbol];
    bits->Write(word.bits, word.length);
  }

  // Exact bytes of these symbols, all of them counted, with their table in the four-stream form.
  uint64_t FourStreamBytes(std::span<const uint16_t> symbols) const;
  // Appends that form to `out`: the table padded to a whole byte, the byte lengths of the first
  // three streams as varints, then four streams of ceil(symbols / 4) symbols (the last ones may be
  // shorter), each padded to a whole byte.
  void WriteFourStreams(std::span<const uint16_t> symbols, std::vector<uint8_t>* out) const;

 private:
  struct Word {
    uint32_t bits = 0;
    int length = 0;
  };

  // Bytes of each of the four streams.
  std::array<uint64_t, 4> StreamBytes(std::span<const uint16_t> symbols) const;

  std::vector<CodeLength> lengths_;
  std::vector<Word> words_;  // by symbol
  int skip_mode_ = 0, delta_order_ = 0;
  uint64_t table_bits_ = 0, symbol_bits_ = 0;
};

}  // namespace dc

#endif  // DC_ENTROPY_ENC_HUFFMAN_ENCODER_H_
