#include "entropy/common/canonical_code.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(CanonicalCodeTest, CountsUpByLengthThenSymbol) {
  // Words by hand: 2 -> 0, 5 -> 10, 1 -> 110, 9 -> 111; reversed for streams from bit 0 on.
  const std::vector<CodeLength> lengths = {{1, 3}, {2, 1}, {5, 2}, {9, 3}};
  EXPECT_EQ(CanonicalCodes(lengths), (std::vector<uint32_t>{0b011, 0b0, 0b01, 0b111}));
}

TEST(CanonicalCodeTest, TheOnlySymbolHasTheEmptyWord) {
  const std::vector<CodeLength> lengths = {{3, 0}};
  EXPECT_EQ(CanonicalCodes(lengths), std::vector<uint32_t>{0});
}

TEST(CanonicalCodeTest, ReversesBits) {
  EXPECT_EQ(ReverseBits(0b1101, 4), 0b1011u);
  EXPECT_EQ(ReverseBits(1, 20), 1u << 19);
  EXPECT_EQ(ReverseBits(0, 0), 0u);
}

}  // namespace
}  // namespace dc
