#include "entropy/enc/gap_histogram.h"

#include <gtest/gtest.h>

#include "base/rng.h"

namespace dc {
namespace {

TEST(GapHistogramTest, FollowsThePapersExample) {
  // Figure 2 of Deep Compression: survivors at 1, 4 and 15, three bits. Its differences 1, 3 and 11
  // are gaps 0 + 1, 2 and 10 from position 0; the last one takes a filler of distance 8.
  const std::vector<uint32_t> gaps = {1, 2, 10};
  uint64_t fillers = 0;
  const auto symbols = GapHistogram(gaps).Symbols(3, &fillers);
  EXPECT_EQ(fillers, 1u);
  ASSERT_EQ(symbols.size(), 3u);
  EXPECT_EQ(symbols[0].symbol, 1u);
  EXPECT_EQ(symbols[1].symbol, 2u);  // 2, and 10 - 8
  EXPECT_EQ(symbols[1].count, 2u);
  EXPECT_EQ(symbols[2].symbol, 7u);
}

TEST(GapHistogramTest, CountsWhatSteppingThroughTheGapsCounts) {
  Rng rng(5);
  std::vector<uint32_t> gaps;
  for (int i = 0; i < 300; ++i) gaps.push_back(rng.Below(i % 50 == 0 ? 200000 : 40));
  const GapHistogram histogram(gaps);
  for (int width = 1; width <= 16; ++width) {
    std::vector<uint64_t> expected(size_t{1} << width, 0);
    uint64_t expected_fillers = 0;
    for (uint32_t gap : gaps) {
      for (; gap >= expected.size(); gap -= static_cast<uint32_t>(expected.size())) {
        ++expected.back();
        ++expected_fillers;
      }
      ++expected[gap];
    }
    uint64_t fillers = 0;
    std::vector<uint64_t> counts(expected.size(), 0);
    for (const SymbolCount& entry : histogram.Symbols(width, &fillers)) {
      counts[entry.symbol] = entry.count;
    }
    EXPECT_EQ(fillers, expected_fillers) << width;
    EXPECT_EQ(counts, expected) << width;
  }
}

TEST(GapHistogramTest, TokensCountSuffixes) {
  // Precision 1: gaps 0 to 3 are their own tokens; 4 and 5 are token 4 with one more bit; 7 is
  // token 5; 100 = 0b1100100 has its leading 11 in token 2 * 5 + 3 and five more bits.
  uint64_t suffix_bits = 0;
  const std::vector<uint32_t> gaps = {0, 3, 4, 5, 7, 100};
  std::vector<std::pair<uint32_t, uint64_t>> tokens;
  for (const SymbolCount& entry : GapHistogram(gaps).Tokens(1, &suffix_bits)) {
    tokens.emplace_back(entry.symbol, entry.count);
  }
  const std::vector<std::pair<uint32_t, uint64_t>> expected = {
      {0, 1}, {3, 1}, {4, 2}, {5, 1}, {13, 1}};
  EXPECT_EQ(tokens, expected);
  EXPECT_EQ(suffix_bits, 1u + 1 + 1 + 5);
}

TEST(GapHistogramTest, NoSurvivorsNoSymbols) {
  uint64_t fillers = 7;
  EXPECT_TRUE(GapHistogram({}).Symbols(4, &fillers).empty());
  EXPECT_EQ(fillers, 0u);
}

}  // namespace
}  // namespace dc
