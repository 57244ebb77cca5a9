// Decodes whole streams of symbols whose number is known, at several symbols a table look-up.
#ifndef DC_ENTROPY_DEC_SYMBOL_DECODER_H_
#define DC_ENTROPY_DEC_SYMBOL_DECODER_H_

#include <cstdint>
#include <span>

#include "dc/status.h"
#include "entropy/common/weight_coding.h"

namespace dc {

// Decodes a stream of out.size() symbols below `alphabet` that takes all of `bytes`: kRaw (fields
// of `width` bits, 1..16), kHuffman or kHuffman4 (their tables included; `width` is not used). The
// form for uint8_t is for alphabets up to 256, the one for uint16_t for alphabets up to 65,536.
// BadInput on damage: a symbol of `alphabet` or more, bits missing or left over, padding that is
// not zero. Internal for kContext, which has a decoder of its own. After an error `out` holds
// anything. A table of one symbol takes no bits a symbol: the caller bounds out.size().
Status DecodeSymbols(StreamCoder coder, int width, uint32_t alphabet,
                     std::span<const uint8_t> bytes, std::span<uint8_t> out);
Status DecodeSymbols(StreamCoder coder, int width, uint32_t alphabet,
                     std::span<const uint8_t> bytes, std::span<uint16_t> out);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_SYMBOL_DECODER_H_
