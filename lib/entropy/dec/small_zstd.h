// zstd frames (RFC 8878) decoded in a third of libzstd's code, for builds that carry their own.
#ifndef DC_ENTROPY_DEC_SMALL_ZSTD_H_
#define DC_ENTROPY_DEC_SMALL_ZSTD_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"

namespace dc {

// As ZstdDecompress. Dictionaries are refused; checksums, which sections have of their own, are
// passed over.
StatusOr<std::vector<uint8_t>> SmallZstdDecompress(std::span<const uint8_t> stored, uint64_t size);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_SMALL_ZSTD_H_
