// Numbers -> streams of their exponents and of the bytes of their mantissas.
#ifndef DC_ENTROPY_ENC_PLANE_ENCODER_H_
#define DC_ENTROPY_ENC_PLANE_ENCODER_H_

#include <cstdint>
#include <span>
#include <vector>

#include "entropy/common/matrix_shape.h"
#include "entropy/enc/weight_encoder.h"

namespace dc {

// The streams of dc::DecodePlanes for `values`, one per element of `shape`; as binary16, which all
// of them must be exactly, where `half`. Each is coded by the smallest of what `coder` allows, raw
// among it: where its bytes are random it has their size and a few bytes more.
std::vector<uint8_t> EncodePlanes(const MatrixShape& shape, std::span<const float> values,
                                  bool half, CoderChoice coder);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_PLANE_ENCODER_H_
