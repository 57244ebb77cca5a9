#include "base/crc32.h"

#include <gtest/gtest.h>

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "base/rng.h"

namespace dc {
namespace {

uint32_t OfText(const std::string& text) {
  return Crc32c(std::span(reinterpret_cast<const uint8_t*>(text.data()), text.size()));
}

// Division by the polynomial, a bit at a time.
uint32_t BitByBit(std::span<const uint8_t> bytes) {
  uint32_t crc = 0xFFFFFFFFu;
  for (uint8_t byte : bytes) {
    for (int i = 0; i < 8; ++i) {
      const uint32_t carry = (crc ^ (byte >> i)) & 1u;
      crc = (crc >> 1) ^ (carry * 0x82F63B78u);
    }
  }
  return ~crc;
}

// The check value of the CRC catalogues, and the vectors of RFC 3720 (iSCSI), appendix B.4.
TEST(Crc32c, KnownVectors) {
  EXPECT_EQ(OfText(""), 0u);
  EXPECT_EQ(OfText("123456789"), 0xE3069283u);
  std::vector<uint8_t> bytes(32, 0x00);
  EXPECT_EQ(Crc32c(bytes), 0x8A9136AAu);
  bytes.assign(32, 0xFF);
  EXPECT_EQ(Crc32c(bytes), 0x62A8AB43u);
  std::iota(bytes.begin(), bytes.end(), uint8_t{0});
  EXPECT_EQ(Crc32c(bytes), 0x46DD794Eu);
  std::iota(bytes.rbegin(), bytes.rend(), uint8_t{0});
  EXPECT_EQ(Crc32c(bytes), 0x113FDB5Cu);
}

TEST(Crc32c, EveryLengthAndAlignment) {
  Rng rng(3);
  std::vector<uint8_t> bytes(80);
  for (uint8_t& b : bytes) b = static_cast<uint8_t>(rng.Next());
  for (size_t begin = 0; begin < 9; ++begin) {
    for (size_t size = 0; size <= bytes.size() - begin; ++size) {
      const auto part = std::span<const uint8_t>(bytes).subspan(begin, size);
      ASSERT_EQ(Crc32c(part), BitByBit(part)) << begin << " " << size;
      ASSERT_EQ(PortableCrc32c(part), BitByBit(part)) << begin << " " << size;
    }
  }
}

TEST(Crc32c, AnyFlippedBitShows) {
  std::vector<uint8_t> bytes(40, 0x5A);
  const uint32_t whole = Crc32c(bytes);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
    EXPECT_NE(Crc32c(bytes), whole) << bit;
    bytes[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
  }
}

}  // namespace
}  // namespace dc
