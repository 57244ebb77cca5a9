// Positions streams.
#ifndef DC_ENTROPY_DEC_POSITION_DECODER_H_
#define DC_ENTROPY_DEC_POSITION_DECODER_H_

#include <cstdint>
#include <span>

#include "base/raw_vector.h"
#include "dc/status.h"
#include "entropy/common/matrix_shape.h"
#include "entropy/common/weight_coding.h"

namespace dc {

// Decodes the positions stream of a weight that is not dense and has entries (at most as many as
// elements): where each entry goes, as DecodedWeight has them. `codes` are the codes of the entries
// where positions are fixed gaps: their fillers are removed from it. Not used otherwise. BadInput
// on damage.
StatusOr<RawVector<uint32_t>> DecodePositions(const MatrixShape& shape, const WeightCoding& coding,
                                              std::span<const uint8_t> bytes,
                                              RawVector<uint16_t>* codes);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_POSITION_DECODER_H_
