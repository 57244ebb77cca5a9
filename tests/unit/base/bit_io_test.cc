#include "base/bit_io.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "base/rng.h"

namespace dc {
namespace {

// A stream as the definition has it: bit i of the stream is bit i % 8 of byte i / 8.
std::vector<bool> BitsOf(const std::vector<uint8_t>& bytes) {
  std::vector<bool> bits;
  for (uint8_t byte : bytes) {
    for (int i = 0; i < 8; ++i) bits.push_back((byte >> i) & 1);
  }
  return bits;
}

// `count` bits from `at` on, those past the end being zero.
uint32_t ValueAt(const std::vector<bool>& bits, size_t at, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) {
    if (at + i < bits.size() && bits[at + i]) value |= 1u << i;
  }
  return value;
}

TEST(BitWriter, FirstBitIsBitZero) {
  BitWriter writer;
  writer.Write(1, 1);
  writer.Write(0b10, 2);
  writer.Write(0xAB, 8);
  EXPECT_EQ(writer.bit_count(), 11u);
  // 1, then 01, then 11010101 from the low end: 0101'1101 and 101 padded with zeros.
  EXPECT_EQ(writer.Finish(), (std::vector<uint8_t>{0x5D, 0x05}));
  EXPECT_EQ(writer.bit_count(), 0u);
  EXPECT_TRUE(writer.Finish().empty());
}

TEST(BitWriter, MatchesAVectorOfBits) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Rng rng(seed);
    BitWriter writer;
    std::vector<bool> expected;
    const uint32_t fields = rng.Below(300);
    for (uint32_t f = 0; f < fields; ++f) {
      const int count = static_cast<int>(rng.Below(33));
      const uint32_t value = static_cast<uint32_t>(rng.Next() & ((uint64_t{1} << count) - 1));
      writer.Write(value, count);
      for (int i = 0; i < count; ++i) expected.push_back((value >> i) & 1);
      ASSERT_EQ(writer.bit_count(), expected.size());
    }
    const std::vector<uint8_t> bytes = writer.Finish();
    ASSERT_EQ(bytes.size(), (expected.size() + 7) / 8);
    expected.resize(bytes.size() * 8, false);
    ASSERT_EQ(BitsOf(bytes), expected) << "seed " << seed;
  }
}

// Reads random fields far past the end; peeks may ask for more than is then skipped.
TEST(BitReader, MatchesAVectorOfBits) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Rng rng(seed);
    std::vector<uint8_t> bytes(rng.Below(60));
    for (uint8_t& b : bytes) b = static_cast<uint8_t>(rng.Next());
    const std::vector<bool> bits = BitsOf(bytes);
    BitReader reader(bytes);
    size_t at = 0;
    while (at < bits.size() + 200) {
      const int peek = static_cast<int>(rng.Below(33));
      const int skip = static_cast<int>(rng.Below(static_cast<uint32_t>(peek) + 1));
      ASSERT_EQ(reader.Peek(peek), ValueAt(bits, at, peek)) << "seed " << seed << " bit " << at;
      reader.Skip(skip);
      at += skip;
      const int read = static_cast<int>(rng.Below(33));
      ASSERT_EQ(reader.Read(read), ValueAt(bits, at, read)) << "seed " << seed << " bit " << at;
      at += read;
      ASSERT_EQ(reader.consumed(), at);
      ASSERT_EQ(reader.overrun(), at > bits.size());
    }
  }
}

TEST(BitReader, AtEndWantsZeroPaddingAndNothingMore) {
  const std::vector<uint8_t> padded = {0xFF, 0x03};
  BitReader reader(padded);
  reader.Read(8);
  EXPECT_FALSE(reader.AtEnd());  // a whole byte is left
  reader.Read(1);
  EXPECT_FALSE(reader.AtEnd());  // bit 1 of the last byte is set
  reader.Read(1);
  EXPECT_TRUE(reader.AtEnd());
  reader.Read(6);
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_FALSE(reader.overrun());
  reader.Read(1);
  EXPECT_TRUE(reader.overrun());
  EXPECT_FALSE(reader.AtEnd());
}

TEST(BitReader, EmptyInput) {
  BitReader reader({});
  EXPECT_TRUE(reader.AtEnd());
  EXPECT_EQ(reader.Read(32), 0u);
  EXPECT_TRUE(reader.overrun());
}

}  // namespace
}  // namespace dc
