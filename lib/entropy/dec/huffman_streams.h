// Decodes streams of Huffman words side by side.
#ifndef DC_ENTROPY_DEC_HUFFMAN_STREAMS_H_
#define DC_ENTROPY_DEC_HUFFMAN_STREAMS_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "entropy/common/canonical_code.h"

namespace dc {

// Words in some bytes, and where their symbols go.
template <typename T>
struct HuffmanStream {
  std::span<const uint8_t> bytes;
  size_t bit = 0;  // of the first word, counted from bit 0 of byte 0; at most 8 * bytes.size()
  std::span<T> out;
};

// Fills the `out` of 1 or 4 streams of one code (`lengths` as ReadCodeLengths returns them; symbols
// fit T). False where a stream does not end, but for zero bits that fill its last byte, with its
// last word.
bool DecodeHuffmanStreams(std::span<const CodeLength> lengths,
                          std::span<const HuffmanStream<uint8_t>> streams);
bool DecodeHuffmanStreams(std::span<const CodeLength> lengths,
                          std::span<const HuffmanStream<uint16_t>> streams);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_HUFFMAN_STREAMS_H_
