#include "entropy/enc/zstd_compress.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <memory>

namespace dc {

StatusOr<std::vector<uint8_t>> ZstdCompress(std::span<const uint8_t> raw) {
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                   &ZSTD_freeCCtx);
  if (!context) return NoMemory("not enough memory to compress");
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, 19);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_contentSizeFlag, 0);
  std::vector<uint8_t> stored(ZSTD_compressBound(raw.size()));
  const size_t size =
      ZSTD_compress2(context.get(), stored.data(), stored.size(), raw.data(), raw.size());
  if (ZSTD_getErrorCode(size) == ZSTD_error_memory_allocation) {
    return NoMemory("not enough memory to compress");
  }
  if (ZSTD_isError(size)) return Internal(std::string("zstd: ") + ZSTD_getErrorName(size));
  stored.resize(size);
  return stored;
}

}  // namespace dc
