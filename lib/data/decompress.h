// Bytes of a file that may be compressed, with a limit on what they may grow to.
#ifndef DC_DATA_DECOMPRESS_H_
#define DC_DATA_DECOMPRESS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "dc/status.h"

namespace dc {

// The first `limit` bytes of what `file` holds, fewer where it ends before: gzip and zstd are told
// by their magic numbers, anything else is returned as it is. Memory grows with what was really
// decoded, never with what a header claims. BadInput for a truncated or damaged stream; where the
// stream ends within the limit its checksum has been verified. Errors name `where`.
StatusOr<std::vector<uint8_t>> Decompress(std::span<const uint8_t> file, size_t limit,
                                          const std::string& where);

// Decodes a raw deflate stream (a zip entry) that must give exactly `size` bytes.
StatusOr<std::vector<uint8_t>> InflateRaw(std::span<const uint8_t> stream, size_t size,
                                          const std::string& where);

// The file called `name`, `name`.gz or `name`.zst in `directory`, or "" where there is none.
std::string FindCompressible(const std::string& directory, const std::string& name);

}  // namespace dc

#endif  // DC_DATA_DECOMPRESS_H_
