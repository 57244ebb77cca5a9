#include "entropy/dec/zstd.h"

#ifdef DC_SMALL_ZSTD
#include "entropy/dec/small_zstd.h"
#else
#include <zstd.h>

#include "base/damaged.h"
#endif

namespace dc {

StatusOr<std::vector<uint8_t>> ZstdDecompress(std::span<const uint8_t> stored, uint64_t size) {
#ifdef DC_SMALL_ZSTD
  return SmallZstdDecompress(stored, size);
#else
  std::vector<uint8_t> raw(size);
  const size_t result = ZSTD_decompress(raw.data(), raw.size(), stored.data(), stored.size());
  if (ZSTD_isError(result) || result != size) {
    return Damaged("damaged zstd data");
  }
  return raw;
#endif
}

}  // namespace dc
