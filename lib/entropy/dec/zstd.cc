#include "entropy/dec/zstd.h"

#include <zstd.h>

namespace dc {

StatusOr<std::vector<uint8_t>> ZstdDecompress(std::span<const uint8_t> stored, uint64_t size) {
  std::vector<uint8_t> raw(size);
  const size_t result = ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size());
  if (ZSTD_isError(result) || result != size) {
    return BadInput("damaged zstd data", "", "get a fresh copy of the file");
  }
  return raw;
}

}  // namespace dc
