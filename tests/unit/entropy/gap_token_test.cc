#include "entropy/common/gap_token.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(GapTokenTest, SplitsByHand) {
  // Precision 2: gaps 0 to 7 are tokens; 8 and 9 are token 8 and a bit; 0b110101 is 1.10|101.
  EXPECT_EQ(TokenOf(7, 2).token, 7u);
  EXPECT_EQ(TokenOf(7, 2).suffix_bits, 0);
  EXPECT_EQ(TokenOf(8, 2).token, 8u);
  EXPECT_EQ(TokenOf(9, 2).token, 8u);
  EXPECT_EQ(TokenOf(9, 2).suffix_bits, 1);
  EXPECT_EQ(TokenOf(0b110101, 2).token, 3u * 4 + 6);
  EXPECT_EQ(TokenOf(0b110101, 2).suffix_bits, 3);
  EXPECT_EQ(TokenCount(0), 33u);
  EXPECT_EQ(TokenCount(10), 23u << 10);
}

TEST(GapTokenTest, EveryGapComesBack) {
  for (int precision = 0; precision <= kMaxTokenPrecision; ++precision) {
    uint32_t last = 0;
    for (uint64_t gap = 0; gap <= 0xFFFFFFFF; gap = gap < 5000 ? gap + 1 : gap * 5 / 4 + 1) {
      const uint32_t g = static_cast<uint32_t>(gap);
      const GapToken token = TokenOf(g, precision);
      ASSERT_EQ(SuffixBits(token.token, precision), token.suffix_bits);
      const uint32_t suffix = g & ((1u << token.suffix_bits) - 1);
      ASSERT_EQ(GapOf(token.token, suffix, precision), g) << precision;
      ASSERT_LT(token.token, TokenCount(precision));
      ASSERT_GE(token.token, last);  // longer gaps never have smaller tokens
      last = token.token;
    }
    EXPECT_EQ(GapOf(TokenCount(precision) - 1, (1u << (31 - precision)) - 1, precision),
              0xFFFFFFFFu);
  }
}

}  // namespace
}  // namespace dc
