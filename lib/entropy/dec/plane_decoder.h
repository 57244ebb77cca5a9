// Streams of exponents and mantissas -> numbers.
#ifndef DC_ENTROPY_DEC_PLANE_DECODER_H_
#define DC_ENTROPY_DEC_PLANE_DECODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"

namespace dc {

// The elements of a tensor of `shape` from its planes: the bits of each number, of a binary16 where
// `half` else of a binary32, rotated by one towards the most significant bit, so that the sign
// comes last; plane after plane holds a byte of each, the most significant first. A plane is a
// codes stream (DecodeWeight) of a dense weight of this shape with the codebook 0, 1, ..., 255;
// before each but the last stands its length in bytes, a varint. Takes memory in proportion to the
// elements of `shape`, which the caller bounds. BadInput on damage.
StatusOr<std::vector<float>> DecodePlanes(const std::vector<int64_t>& shape, bool half,
                                          std::span<const uint8_t> streams);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_PLANE_DECODER_H_
