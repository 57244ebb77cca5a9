#include "entropy/dec/zstd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <random>

#include "entropy/dec/small_zstd.h"
#include "entropy/enc/zstd_compress.h"

namespace dc {
namespace {

// Bytes that zstd stores in its different ways.
std::vector<uint8_t> BytesOf(int kind, size_t size) {
  std::mt19937 random(1);
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i) {
    const uint32_t r = random();
    const std::array<uint32_t, 6> choices = {
        static_cast<uint32_t>(i * i >> 7),                                // some matches
        r,                                                                // none: raw blocks
        r % 7 == 0 ? r >> 8 & 15 : 3,                                     // literals of few bits
        i > 100 && r % 9 ? bytes[i - 1 - (r >> 8) % 100] : r >> 20 & 63,  // many short matches
        static_cast<uint32_t>(std::countr_zero(r | 256)),                 // a steep Huffman code
        0};                                                               // one byte, repeated
    bytes[i] = static_cast<uint8_t>(choices[static_cast<size_t>(kind)]);
  }
  return bytes;
}

using Decompress = StatusOr<std::vector<uint8_t>>(std::span<const uint8_t> stored, uint64_t size);

class ZstdTest : public testing::TestWithParam<Decompress*> {};
INSTANTIATE_TEST_SUITE_P(Both, ZstdTest, testing::Values(ZstdDecompress, SmallZstdDecompress));

TEST_P(ZstdTest, RoundTripsAndWantsTheExactSize) {
  Decompress* const decompress = GetParam();
  for (int kind = 0; kind < 6; ++kind) {
    for (size_t size : {0, 1, 1000, 20000, 140000}) {
      const std::vector<uint8_t> raw = BytesOf(kind, size);
      const auto stored = ZstdCompress(raw);
      ASSERT_TRUE(stored.ok());
      const auto back = decompress(*stored, size);
      ASSERT_TRUE(back.ok()) << back.status().ToString();
      EXPECT_EQ(*back, raw);
      EXPECT_FALSE(decompress(*stored, size + 1).ok());
      if (size > 0) {
        EXPECT_FALSE(decompress(*stored, size - 1).ok());
      }
      EXPECT_FALSE(decompress(std::span(*stored).first(stored->size() - 1), size).ok());
    }
  }
}

TEST_P(ZstdTest, SeveralFramesAreOneAfterTheOther) {
  const std::vector<uint8_t> raw = BytesOf(3, 5000);
  std::vector<uint8_t> stored = {0x50, 0x2A, 0x4D, 0x18, 2, 0, 0, 0, 1, 2};  // to be skipped
  for (int i = 0; i < 2; ++i) {
    const auto frame = ZstdCompress(raw);
    stored.insert(stored.end(), frame->begin(), frame->end());
  }
  const auto back = GetParam()(stored, 2 * raw.size());
  ASSERT_TRUE(back.ok());
  EXPECT_TRUE(std::equal(raw.begin(), raw.end(), back->begin()));
  EXPECT_TRUE(std::equal(raw.begin(), raw.end(), back->begin() + 5000));
}

TEST(SmallZstdTest, WhatBothTakeTheyDecodeAlike) {
  std::mt19937 random(2);
  int taken = 0;
  for (int kind = 0; kind < 6; ++kind) {
    const std::vector<uint8_t> raw = BytesOf(kind, 3000);
    const auto stored = ZstdCompress(raw);
    for (int i = 0; i < 500; ++i) {
      std::vector<uint8_t> damaged = *stored;
      const size_t range = i % 2 ? std::min<size_t>(damaged.size(), 40) : damaged.size();
      damaged[random() % range] ^= static_cast<uint8_t>(1u << random() % 8);
      if (i % 10 == 0) damaged.resize(random() % damaged.size());
      const auto expected = ZstdDecompress(damaged, raw.size());
      const auto actual = SmallZstdDecompress(damaged, raw.size());
      if (!expected.ok() || !actual.ok()) continue;
      EXPECT_EQ(*actual, *expected);
      ++taken;
    }
  }
  EXPECT_GT(taken, 100);
}

}  // namespace
}  // namespace dc
