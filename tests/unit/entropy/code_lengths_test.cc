#include "entropy/enc/code_lengths.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/rng.h"

namespace dc {
namespace {

uint64_t Cost(const std::vector<SymbolCount>& counts, const std::vector<CodeLength>& lengths) {
  uint64_t cost = 0;
  for (size_t i = 0; i < counts.size(); ++i) cost += counts[i].count * lengths[i].length;
  return cost;
}

// The Kraft sum in units of 2^-kMaxCodeLength.
uint64_t Kraft(const std::vector<CodeLength>& lengths) {
  uint64_t sum = 0;
  for (const CodeLength& entry : lengths) sum += uint64_t{1} << (kMaxCodeLength - entry.length);
  return sum;
}

// The least cost of any prefix code with words of 1 to `limit` bits: tries every list of lengths.
uint64_t LeastCost(const std::vector<SymbolCount>& counts, int limit, size_t i = 0,
                   uint64_t cost = 0, double kraft = 0) {
  if (kraft > 1) return std::numeric_limits<uint64_t>::max();
  if (i == counts.size()) return cost;
  uint64_t least = std::numeric_limits<uint64_t>::max();
  for (int length = 1; length <= limit; ++length) {
    least = std::min(least, LeastCost(counts, limit, i + 1,
                                      cost + counts[i].count * static_cast<uint64_t>(length),
                                      kraft + std::ldexp(1.0, -length)));
  }
  return least;
}

TEST(CodeLengthsTest, IsOptimalOnSmallAlphabets) {
  Rng rng(1);
  for (int round = 0; round < 300; ++round) {
    const size_t symbols = 2 + rng.Below(5);
    std::vector<SymbolCount> counts;
    for (size_t i = 0; i < symbols; ++i) {
      // Powers make skewed counts, for which the limit matters.
      const uint64_t count = uint64_t{1} << rng.Below(12);
      counts.push_back({static_cast<uint32_t>(2 * i + 1), count + rng.Below(3)});
    }
    for (int limit = symbols > 4 ? 3 : 2; limit <= 6; ++limit) {
      const std::vector<CodeLength> lengths = LimitedCodeLengths(counts, limit);
      ASSERT_EQ(lengths.size(), symbols);
      for (size_t i = 0; i < symbols; ++i) {
        EXPECT_EQ(lengths[i].symbol, counts[i].symbol);
        EXPECT_GE(lengths[i].length, 1);
        EXPECT_LE(lengths[i].length, limit);
      }
      EXPECT_EQ(Kraft(lengths), uint64_t{1} << kMaxCodeLength);
      EXPECT_EQ(Cost(counts, lengths), LeastCost(counts, limit)) << "round " << round;
    }
  }
}

TEST(CodeLengthsTest, FibonacciCountsNeedTheLimit) {
  // Unlimited Huffman codes of Fibonacci counts have one word of each length.
  std::vector<SymbolCount> counts;
  uint64_t a = 1, b = 1;
  for (uint32_t i = 0; i < 20; ++i) {
    counts.push_back({i, a});
    b += a;
    std::swap(a, b);
  }
  const std::vector<CodeLength> lengths = LimitedCodeLengths(counts, 8);
  EXPECT_EQ(Kraft(lengths), uint64_t{1} << kMaxCodeLength);
  for (const CodeLength& entry : lengths) EXPECT_LE(entry.length, 8);
  const std::vector<CodeLength> free = LimitedCodeLengths(counts, 20);
  EXPECT_EQ(free.front().length, 19);
  EXPECT_EQ(free.back().length, 1);
}

TEST(CodeLengthsTest, OneSymbolNeedsNoBits) {
  const std::vector<SymbolCount> counts = {{7, 1000}};
  EXPECT_EQ(LimitedCodeLengths(counts, 12), (std::vector<CodeLength>{{7, 0}}));
}

TEST(CodeLengthsTest, EqualCountsOfAFullAlphabetGetEqualLengths) {
  std::vector<SymbolCount> counts;
  for (uint32_t i = 0; i < 65536; ++i) counts.push_back({i, 3});
  for (const CodeLength& entry : LimitedCodeLengths(counts, 16)) ASSERT_EQ(entry.length, 16);
}

TEST(CodeLengthsTest, StaysWithinOneBitOfTheEntropy) {
  Rng rng(2);
  std::vector<SymbolCount> counts;
  double total = 0, information = 0;
  for (uint32_t i = 0; i < 200; ++i) {
    counts.push_back({i, 1 + rng.Below(5000)});
    total += static_cast<double>(counts.back().count);
  }
  for (const SymbolCount& entry : counts) {
    const double count = static_cast<double>(entry.count);
    information -= count * std::log2(count / total);
  }
  const double cost = static_cast<double>(Cost(counts, LimitedCodeLengths(counts, 20)));
  EXPECT_GE(cost, information);
  EXPECT_LT(cost, information + total);
}

}  // namespace
}  // namespace dc
