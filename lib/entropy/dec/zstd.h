// zstd decompression with a known size.
#ifndef DC_ENTROPY_DEC_ZSTD_H_
#define DC_ENTROPY_DEC_ZSTD_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"

namespace dc {

// Decompresses `stored` to exactly `size` bytes; BadInput otherwise. The caller bounds `size`.
StatusOr<std::vector<uint8_t>> ZstdDecompress(std::span<const uint8_t> stored, uint64_t size);

}  // namespace dc

#endif  // DC_ENTROPY_DEC_ZSTD_H_
