#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "entropy/dec/range_decoder.h"
#include "entropy/enc/range_encoder.h"

namespace dc {
namespace {

struct Coded {
  bool bit;
  uint32_t p16;
};

void ExpectRoundTrip(const std::vector<Coded>& bits) {
  RangeEncoder encoder;
  double cost = 0;
  for (const Coded& c : bits) {
    encoder.Code(c.bit, c.p16);
    cost -= std::log2((c.bit ? c.p16 : 65536 - c.p16) / 65536.0);
  }
  const std::vector<uint8_t> bytes = encoder.Finish();
  EXPECT_LE(static_cast<double>(bytes.size()), cost / 8 * 1.0001 + 2);
  RangeDecoder decoder(bytes);
  for (size_t i = 0; i < bits.size(); ++i) {
    ASSERT_EQ(decoder.Code(false, bits[i].p16), bits[i].bit) << i;
  }
  EXPECT_TRUE(decoder.AtEnd());
}

TEST(RangeCoderTest, RoundTripsAtTheEntropy) {
  Rng rng(1);
  for (uint32_t p : {1u, 40u, 6000u, 32768u, 65000u, 65535u}) {
    std::vector<Coded> bits;
    for (int i = 0; i < 20000; ++i) bits.push_back({rng.Below(65536) < p, p});
    ExpectRoundTrip(bits);
  }
  std::vector<Coded> mixed;
  for (int i = 0; i < 100000; ++i) {
    const uint32_t p = 1 + rng.Below(65535);
    mixed.push_back({rng.Below(65536) < p, p});
  }
  ExpectRoundTrip(mixed);
}

// Unlikely bits push the lower end up by nearly the whole interval: carries run through many bytes.
TEST(RangeCoderTest, CarriesThroughWrittenBytes) {
  Rng rng(2);
  for (int round = 0; round < 200; ++round) {
    std::vector<Coded> bits;
    for (int i = 0; i < 300; ++i) {
      const uint32_t p = rng.Below(2) ? 1 : 65535;
      bits.push_back({rng.Below(3) == 0, p});
    }
    ExpectRoundTrip(bits);
  }
}

TEST(RangeCoderTest, AnEmptyStreamIsAllLikelyBits) {
  RangeEncoder encoder;
  for (int i = 0; i < 10; ++i) encoder.Code(true, 65535);
  EXPECT_TRUE(encoder.Finish().empty());
  RangeDecoder decoder({});
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(decoder.Code(false, 65535));
  EXPECT_TRUE(decoder.AtEnd());
}

TEST(RangeCoderTest, NoticesBytesThatNoBitNeeds) {
  RangeEncoder encoder;
  for (int i = 0; i < 10; ++i) encoder.Code(i % 2, 32768);
  std::vector<uint8_t> bytes = encoder.Finish();
  bytes.push_back(0);
  RangeDecoder trailing_zero(bytes);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(trailing_zero.Code(false, 32768), i % 2 == 1);
  EXPECT_FALSE(trailing_zero.AtEnd());
  bytes.resize(9, 7);
  RangeDecoder unread(bytes);
  EXPECT_FALSE(unread.AtEnd());
}

}  // namespace
}  // namespace dc
