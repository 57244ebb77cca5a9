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

// What compressed data may become: a hundred times its own size, or 256 MB where that is more.
// Images and labels stay far below; a small file that fills the memory is no data.
size_t MostDecoded(size_t coded_bytes);

// The first `limit` bytes of what `file` holds, fewer where it ends before: gzip and zstd are told
// by their magic numbers, anything else is returned as it is. Memory grows with what was really
// decoded, never with what a header claims. BadInput for a truncated or damaged stream; where the
// stream ends within the limit its checksum has been verified. Unsupported for more than
// MostDecoded of the file. Errors name `where`.
StatusOr<std::vector<uint8_t>> Decompress(std::span<const uint8_t> file, size_t limit,
                                          const std::string& where);

// Decodes a raw deflate stream (a zip entry) that must give exactly `size` bytes, which the caller
// has found to be few enough.
StatusOr<std::vector<uint8_t>> InflateRaw(std::span<const uint8_t> stream, size_t size,
                                          const std::string& where);

// The error of what would become more than MostDecoded.
Status GrowsTooMuch(const std::string& where);

// The file called `name`, `name`.gz or `name`.zst in `directory`, or "" where there is none.
std::string FindCompressible(const std::string& directory, const std::string& name);

}  // namespace dc

#endif  // DC_DATA_DECOMPRESS_H_
