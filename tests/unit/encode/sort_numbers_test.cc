#include "encode/sort_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>

#include "base/half.h"
#include "base/rng.h"
#include "format/sorted_numbers.h"

namespace dc {
namespace {

std::vector<uint32_t> Bits(const std::vector<float>& values, bool half) {
  std::vector<uint32_t> bits;
  for (float v : values) bits.push_back(half ? FloatToHalf(v) : std::bit_cast<uint32_t>(v));
  return bits;
}

TEST(SortNumbersTest, OrderedBitsGrowWithTheNumber) {
  const std::vector<float> ascending = {-65504.0f, -1.5f, -1.0f, -6e-8f, -0.0f,
                                        0.0f,      6e-8f, 1.0f,  1.5f,   65504.0f};
  for (bool half : {false, true}) {
    const std::vector<uint32_t> bits = Bits(ascending, half);
    for (size_t i = 0; i < bits.size(); ++i) {
      EXPECT_EQ(format::UnorderedBits(format::OrderedBits(bits[i], half), half), bits[i]);
      if (i > 0) {
        EXPECT_LT(format::OrderedBits(bits[i - 1], half), format::OrderedBits(bits[i], half));
      }
    }
  }
}

TEST(SortNumbersTest, WritesDifferencesByHand) {
  // Halves 1.0 = 0x3C00 and the next two numbers, 0x3C01 and 0x3C03: ordered 0xBC00, then + 1, + 2.
  // Order 0: 010, 011. Header 00000, not permuted 0, 0xBC00 in 16 bits.
  const auto stream = EncodeSortedNumbers(std::vector<uint32_t>{0x3C00, 0x3C01, 0x3C03}, true);
  ASSERT_TRUE(stream.has_value());
  // Bits: 6 zeros, 0xBC00 from its low bit on, 0 1 0, 0 1 1.
  const uint32_t bits = 0xBC00u << 6 | 0b010u << 22 | 0b110u << 25;
  EXPECT_EQ(*stream, (std::vector<uint8_t>{
                         static_cast<uint8_t>(bits), static_cast<uint8_t>(bits >> 8),
                         static_cast<uint8_t>(bits >> 16), static_cast<uint8_t>(bits >> 24)}));
}

TEST(SortNumbersTest, RoundTripsAnyOrder) {
  Rng rng(8);
  for (bool half : {false, true}) {
    for (size_t count : {1, 2, 3, 31, 32, 255, 4096}) {
      std::vector<float> values;
      for (size_t i = 0; i < count; ++i) values.push_back(static_cast<float>(rng.Normal()));
      if (count > 4) values[3] = values[1];
      for (bool sorted : {true, false}) {
        if (sorted) std::sort(values.begin(), values.end());
        const std::vector<uint32_t> bits = Bits(values, half);
        const auto stream = EncodeSortedNumbers(bits, half);
        ASSERT_TRUE(stream.has_value());
        const auto decoded = format::DecodeSortedNumbers(*stream, count, half);
        ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
        EXPECT_EQ(*decoded, bits);
        for (size_t cut = 0; cut < std::min<size_t>(stream->size(), 40); ++cut) {
          EXPECT_FALSE(
              format::DecodeSortedNumbers(std::span(*stream).first(cut), count, half).ok());
        }
        for (size_t i = count; i > 1; --i) {
          std::swap(values[i - 1], values[rng.Below(static_cast<uint32_t>(i))]);
        }
      }
    }
  }
}

TEST(SortNumbersTest, LeavesLargeUnsortedCodebooksAlone) {
  std::vector<uint32_t> bits;
  for (uint32_t i = 0; i < 5000; ++i) bits.push_back(5000 - i);
  EXPECT_FALSE(EncodeSortedNumbers(bits, false).has_value());
  std::reverse(bits.begin(), bits.end());
  EXPECT_TRUE(EncodeSortedNumbers(bits, false).has_value());
}

}  // namespace
}  // namespace dc
