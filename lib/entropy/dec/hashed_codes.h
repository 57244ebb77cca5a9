// Codes that follow from a hash.
#ifndef DC_ENTROPY_DEC_HASHED_CODES_H_
#define DC_ENTROPY_DEC_HASHED_CODES_H_

#include <span>

#include "entropy/dec/weight_decoder.h"

namespace dc {

// The dense weight whose codes into a codebook of `entries` (a table and its negatives) are those
// of a hash: `codes` is its seed, 4 bytes. BadInput for streams of other sizes.
StatusOr<DecodedWeight> DecodeHashedWeight(const MatrixShape& shape, uint32_t entries,
                                           std::span<const uint8_t> codes,
                                           std::span<const uint8_t> positions);

// The seed in the codes stream; the stream has 4 bytes.
uint32_t HashSeed(std::span<const uint8_t> codes);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_HASHED_CODES_H_
