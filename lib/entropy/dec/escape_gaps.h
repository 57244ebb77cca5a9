// Decodes gaps that are stored as Huffman-coded tokens with raw suffixes.
#ifndef DC_ENTROPY_DEC_ESCAPE_GAPS_H_
#define DC_ENTROPY_DEC_ESCAPE_GAPS_H_

#include <cstdint>
#include <span>

#include "dc/status.h"

namespace dc {

// Decodes as many escape gaps of `precision` as `places` has elements from `bytes`, which hold
// their table and nothing else. places[i] is the place that gap i reaches, counted from 0 in the
// scan: the one before it plus the gap plus 1. BadInput on damage, and where a place is `end` (at
// most 2^32) or beyond.
Status DecodeEscapeGaps(int precision, std::span<const uint8_t> bytes, uint64_t end,
                        std::span<uint32_t> places);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_ESCAPE_GAPS_H_
