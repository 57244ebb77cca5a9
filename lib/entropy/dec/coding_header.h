// The header in front of every codes stream.
#ifndef DC_ENTROPY_DEC_CODING_HEADER_H_
#define DC_ENTROPY_DEC_CODING_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "dc/status.h"
#include "entropy/common/weight_coding.h"

namespace dc {

// The coding that `codes` starts with; `header_bytes` receives the header's length. BadInput or
// Unsupported for combinations that mean nothing.
StatusOr<WeightCoding> ReadWeightCoding(std::span<const uint8_t> codes, size_t* header_bytes);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_CODING_HEADER_H_
