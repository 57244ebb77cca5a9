#include "entropy/dec/zstd.h"

#include <gtest/gtest.h>

#include "entropy/enc/zstd_compress.h"

namespace dc {
namespace {

TEST(ZstdTest, RoundTripsAndWantsTheExactSize) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{1000}, size_t{300000}}) {
    std::vector<uint8_t> raw(size);
    for (size_t i = 0; i < size; ++i) raw[i] = static_cast<uint8_t>(i * i >> 7);
    const auto stored = ZstdCompress(raw);
    ASSERT_TRUE(stored.ok());
    const auto back = ZstdDecompress(*stored, size);
    ASSERT_TRUE(back.ok()) << back.status().ToString();
    EXPECT_EQ(*back, raw);
    EXPECT_FALSE(ZstdDecompress(*stored, size + 1).ok());
    if (size > 0) {
      EXPECT_FALSE(ZstdDecompress(*stored, size - 1).ok());
    }
    EXPECT_FALSE(ZstdDecompress(std::span(*stored).first(stored->size() - 1), size).ok());
  }
}

}  // namespace
}  // namespace dc
