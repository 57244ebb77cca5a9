// zstd compression, level 19.
#ifndef DC_ENTROPY_ENC_ZSTD_COMPRESS_H_
#define DC_ENTROPY_ENC_ZSTD_COMPRESS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "dc/status.h"

namespace dc {

// `raw` as one zstd frame without checksum or content size: the container has both. Deterministic
// for one version of libzstd. Internal where the library refuses (no memory).
StatusOr<std::vector<uint8_t>> ZstdCompress(std::span<const uint8_t> raw);

}  // namespace dc

#endif  // DC_ENTROPY_ENC_ZSTD_COMPRESS_H_
