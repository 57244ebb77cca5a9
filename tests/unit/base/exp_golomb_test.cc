#include "base/exp_golomb.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

// In stream order, as the specification spells numbers.
std::string Text(uint32_t value, int order) {
  BitWriter writer;
  WriteExpGolomb(value, order, &writer);
  const size_t count = writer.bit_count();
  EXPECT_EQ(count, static_cast<size_t>(ExpGolombBits(value, order)));
  const std::vector<uint8_t> bytes = writer.Finish();
  std::string text;
  for (size_t i = 0; i < count; ++i) text += (bytes[i / 8] >> (i % 8) & 1) ? '1' : '0';
  return text;
}

TEST(ExpGolombTest, WritesNumbersByHand) {
  EXPECT_EQ(Text(0, 0), "1");
  EXPECT_EQ(Text(1, 0), "010");
  EXPECT_EQ(Text(2, 0), "011");
  EXPECT_EQ(Text(3, 0), "00100");
  EXPECT_EQ(Text(0, 2), "100");
  EXPECT_EQ(Text(2, 2), "101");    // 6 = 4 + 2, the low bit of 2 first
  EXPECT_EQ(Text(4, 2), "01000");  // 8
}

TEST(ExpGolombTest, RoundTripsUpTo32Bits) {
  for (int order : {0, 1, 5, 17, 30, 31}) {
    for (uint32_t value : {0u, 1u, 7u, 65535u, 65536u, 1u << 31, 0xFFFFFFFEu, 0xFFFFFFFFu}) {
      BitWriter writer;
      WriteExpGolomb(value, order, &writer);
      WriteExpGolomb(5, order, &writer);
      const std::vector<uint8_t> bytes = writer.Finish();
      BitReader reader(bytes);
      EXPECT_EQ(ReadExpGolomb(order, &reader), int64_t{value}) << order;
      EXPECT_EQ(ReadExpGolomb(order, &reader), 5) << order;
    }
  }
}

TEST(ExpGolombTest, RefusesNumbersBeyond32Bits) {
  const std::vector<uint8_t> zeros(20, 0);
  BitReader endless(zeros);
  EXPECT_EQ(ReadExpGolomb(0, &endless), -1);
  // 32 zeros and a one: 2^32 - 1 + suffix; a suffix of 1 is too much.
  const std::vector<uint8_t> large = {0, 0, 0, 0, 0b11, 0, 0, 0, 0, 0};
  BitReader reader(large);
  EXPECT_EQ(ReadExpGolomb(0, &reader), -1);
  BitReader limited(large);
  EXPECT_EQ(ReadExpGolomb(0, &limited, 17), -1);
}

}  // namespace
}  // namespace dc
