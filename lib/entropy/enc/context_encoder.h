// Context-coded streams of one weight.
#ifndef DC_ENTROPY_ENC_CONTEXT_ENCODER_H_
#define DC_ENTROPY_ENC_CONTEXT_ENCODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/matrix_shape.h"
#include "entropy/enc/survivors.h"

namespace dc {

// Which of the positions in the kept lines hold a code other than 0. `codes` are row-major.
std::vector<uint8_t> EncodeMask(const MatrixShape& shape, const KeptLines& kept,
                                std::span<const uint16_t> codes);

// The codes themselves: all of them, or, where `sparse`, those other than 0.
std::vector<uint8_t> EncodeContextCodes(const MatrixShape& shape, std::span<const float> codebook,
                                        std::span<const uint16_t> codes, bool sparse);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_CONTEXT_ENCODER_H_
