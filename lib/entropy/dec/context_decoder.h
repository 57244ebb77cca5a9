// Context-coded streams of one weight.
#ifndef DC_ENTROPY_DEC_CONTEXT_DECODER_H_
#define DC_ENTROPY_DEC_CONTEXT_DECODER_H_

#include <cstdint>
#include <span>

#include "base/raw_vector.h"
#include "dc/status.h"
#include "entropy/common/matrix_shape.h"

namespace dc {

// Appends the positions (row-major) that the mask in `bytes` sets to `positions`. They lie in the
// listed rows and columns. BadInput where there are not `count` of them, or bytes are left over.
Status DecodeMask(const MatrixShape& shape, std::span<const uint32_t> rows,
                  std::span<const uint32_t> columns, std::span<const uint8_t> bytes, uint64_t count,
                  RawVector<uint32_t>* positions);

// Decodes the codes of a weight: all of them where `positions` is null, else those at `positions`
// (ascending), none of them 0. BadInput where a code does not exist or bytes are left over.
Status DecodeContextCodes(const MatrixShape& shape, std::span<const float> codebook,
                          const RawVector<uint32_t>* positions, std::span<const uint8_t> bytes,
                          RawVector<uint16_t>* codes);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_CONTEXT_DECODER_H_
