#include "base/flag_runs.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace dc {
namespace {

std::vector<bool> Flags(const std::string& text) {
  std::vector<bool> flags;
  for (char c : text) flags.push_back(c == '1');
  return flags;
}

TEST(FlagRunsTest, WritesRunsByHand) {
  // Runs of 2, 3 and 1: written 2, 2, 0 in order 0: 011, 011, 1 (numbers below, in stream order).
  BitWriter bits;
  WriteFlagRuns(Flags("001110"), &bits);
  // Order 0 takes 3 + 3 + 1 bits, order 1 (1 bit of suffix) 4 + 4 + 2: order 0, 00.
  // 2 is 01 and a suffix bit 1: zero, one, one.
  EXPECT_EQ(bits.bit_count(), 9u);
  EXPECT_EQ(bits.Finish(), (std::vector<uint8_t>{0b11'0110'00 & 0xFF, 0b1}));
}

TEST(FlagRunsTest, RoundTrips) {
  Rng rng(3);
  for (double density : {0.0, 0.02, 0.5, 0.98, 1.0}) {
    for (size_t count : {1, 2, 7, 64, 1000}) {
      std::vector<bool> flags;
      for (size_t i = 0; i < count; ++i) flags.push_back(rng.Uniform() < density);
      BitWriter writer;
      WriteFlagRuns(flags, &writer);
      const size_t written = writer.bit_count();
      const std::vector<uint8_t> bytes = writer.Finish();
      BitReader reader(bytes);
      std::vector<bool> read;
      ASSERT_TRUE(ReadFlagRuns(count, &reader, &read));
      EXPECT_EQ(read, flags);
      EXPECT_EQ(reader.consumed(), written);
    }
  }
}

TEST(FlagRunsTest, RefusesRunsThatDoNotEndWithTheFlags) {
  BitWriter writer;
  WriteFlagRuns(Flags("0011100000"), &writer);
  const std::vector<uint8_t> bytes = writer.Finish();
  std::vector<bool> read;
  for (size_t count : {1, 3, 8, 9}) {
    BitReader reader(bytes);
    EXPECT_FALSE(ReadFlagRuns(count, &reader, &read)) << count;
  }
  BitReader reader(bytes);
  EXPECT_FALSE(ReadFlagRuns(1000, &reader, &read));  // bits run out
  const std::vector<uint8_t> zeros(100, 0);
  BitReader endless(zeros);
  EXPECT_FALSE(ReadFlagRuns(10, &endless, &read));
}

}  // namespace
}  // namespace dc
