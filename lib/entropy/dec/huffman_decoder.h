// Reads canonical Huffman codes.
#ifndef DC_ENTROPY_DEC_HUFFMAN_DECODER_H_
#define DC_ENTROPY_DEC_HUFFMAN_DECODER_H_

#include <cstdint>
#include <vector>

#include "base/bit_io.h"
#include "dc/status.h"
#include "entropy/common/canonical_code.h"
#include "entropy/dec/canonical_words.h"

namespace dc {

// Reads the table of code lengths that precedes the symbols of a stream. Symbols are below
// `alphabet`. BadInput unless the lengths form a complete code (Kraft sum exactly 1).
StatusOr<std::vector<CodeLength>> ReadCodeLengths(uint32_t alphabet, BitReader* bits);

// Decodes one symbol at a time by table look-up; code words beyond the table's width, which are
// rare by construction, by comparison with the first word of each length. For streams that hold
// more than Huffman words; whole streams of symbols go through DecodeSymbols.
class HuffmanDecoder {
 public:
  // `lengths` as ReadCodeLengths returns them; symbols are below 65,536.
  explicit HuffmanDecoder(const std::vector<CodeLength>& lengths);

  // The next symbol. Past the end of `bits` the result is some valid symbol; see BitReader.
  uint32_t Next(BitReader* bits) const {
    const uint32_t entry = table_[bits->Peek(table_bits_)];
    if (entry != kLong) [[likely]] {
      bits->Skip(static_cast<int>(entry >> 16));
      return entry & 0xFFFFu;
    }
    const CodeLength word = words_.Find(bits->Peek(kMaxCodeLength));
    bits->Skip(word.length);
    return word.symbol;
  }

 private:
  static constexpr uint32_t kLong = 0xFFFFFFFFu;
  static constexpr int kTableBits = 12;

  CanonicalWords words_;
  int table_bits_;
  std::vector<uint32_t> table_;  // length << 16 | symbol, or kLong
};

}  // namespace dc

#endif  // DC_ENTROPY_DEC_HUFFMAN_DECODER_H_
