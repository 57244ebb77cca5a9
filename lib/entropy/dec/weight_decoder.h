// Streams -> survivors of one weight.
#ifndef DC_ENTROPY_DEC_WEIGHT_DECODER_H_
#define DC_ENTROPY_DEC_WEIGHT_DECODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"
#include "entropy/common/weight_coding.h"

namespace dc {

// The stored entries of a weight in scan order, fillers dropped. A dense weight has every position.
struct DecodedWeight {
  std::vector<uint32_t>
      positions;                // row * columns + column, whatever the scan order; empty if dense
  std::vector<uint16_t> codes;  // one a position; dense: all of them in row-major order
};

// The coding that the codes stream starts with; `header_bytes` receives the header's length.
StatusOr<WeightCoding> ReadWeightCoding(std::span<const uint8_t> codes, size_t* header_bytes);

// Decodes the two streams of one weight of rows x columns. Memory is bounded by the streams' sizes
// and, for dense weights, by rows * columns. BadInput on damage: a code of `codebook_entries` or
// more, a position outside the matrix, bits missing or left over.
StatusOr<DecodedWeight> DecodeWeight(uint32_t rows, uint32_t columns, uint32_t codebook_entries,
                                     std::span<const uint8_t> codes, std::span<const uint8_t> gaps);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_WEIGHT_DECODER_H_
