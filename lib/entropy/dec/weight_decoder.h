// Streams -> survivors of one weight.
#ifndef DC_ENTROPY_DEC_WEIGHT_DECODER_H_
#define DC_ENTROPY_DEC_WEIGHT_DECODER_H_

#include <cstdint>
#include <span>

#include "base/raw_vector.h"
#include "dc/status.h"
#include "entropy/common/matrix_shape.h"
#include "entropy/common/weight_coding.h"

namespace dc {

// The stored entries of a weight in scan order, fillers dropped.
struct DecodedWeight {
  WeightCoding coding;
  // Ascending: row * columns + column or, column-major, column * rows + row; see ElementAt. Empty
  // for a dense weight, which has every position.
  RawVector<uint32_t> positions;
  RawVector<uint16_t> codes;  // one a position; dense: all of them in row-major order
};

// Decodes the two streams of one weight. Takes memory in proportion to the elements of `shape`,
// which the caller bounds. BadInput on damage: a code without an entry in `codebook`, a position
// outside the matrix, bits missing or left over.
StatusOr<DecodedWeight> DecodeWeight(const MatrixShape& shape, std::span<const float> codebook,
                                     std::span<const uint8_t> codes,
                                     std::span<const uint8_t> positions);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_WEIGHT_DECODER_H_
