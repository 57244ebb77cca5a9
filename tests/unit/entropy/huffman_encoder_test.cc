#include "entropy/enc/huffman_encoder.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/rng.h"
#include "entropy/dec/huffman_decoder.h"

namespace dc {
namespace {

std::vector<SymbolCount> Count(const std::vector<uint32_t>& symbols, uint32_t alphabet) {
  std::vector<uint64_t> counts(alphabet, 0);
  for (uint32_t s : symbols) ++counts[s];
  std::vector<SymbolCount> result;
  for (uint32_t s = 0; s < alphabet; ++s) {
    if (counts[s] > 0) result.push_back({s, counts[s]});
  }
  return result;
}

// Encodes, checks the announced sizes to the bit, decodes and compares.
void RoundTrip(const std::vector<uint32_t>& symbols, uint32_t alphabet) {
  const HuffmanEncoder encoder(Count(symbols, alphabet));
  BitWriter writer;
  encoder.WriteTable(&writer);
  EXPECT_EQ(writer.bit_count(), encoder.table_bits());
  for (uint32_t s : symbols) encoder.WriteSymbol(s, &writer);
  EXPECT_EQ(writer.bit_count(), encoder.table_bits() + encoder.symbol_bits());
  const std::vector<uint8_t> bytes = writer.Finish();

  BitReader reader(bytes);
  const auto lengths = ReadCodeLengths(alphabet, &reader);
  ASSERT_TRUE(lengths.ok()) << lengths.status().ToString();
  EXPECT_EQ(*lengths, encoder.lengths());
  const HuffmanDecoder decoder(*lengths);
  for (size_t i = 0; i < symbols.size(); ++i) ASSERT_EQ(decoder.Next(&reader), symbols[i]) << i;
  EXPECT_TRUE(reader.AtEnd());
}

TEST(HuffmanEncoderTest, RoundTripsSkewedAlphabetsOfEverySize) {
  Rng rng(3);
  for (uint32_t alphabet : {1u, 2u, 3u, 16u, 31u, 256u, 1000u, 65536u}) {
    std::vector<uint32_t> symbols;
    for (int i = 0; i < 5000; ++i) {
      const double u = rng.Uniform();
      symbols.push_back(static_cast<uint32_t>(u * u * u * alphabet));
    }
    RoundTrip(symbols, alphabet);
  }
}

TEST(HuffmanEncoderTest, RoundTripsEverySymbolOfTheLargestAlphabet) {
  std::vector<uint32_t> symbols;
  for (uint32_t s = 0; s < 65536; ++s) symbols.insert(symbols.end(), s < 200 ? 64 : 1, s);
  RoundTrip(symbols, 65536);
}

TEST(HuffmanEncoderTest, RoundTripsWordsLongerThanTheDecodersTable) {
  // Halving counts force words of up to 20 bits once the alphabet is large.
  std::vector<uint32_t> symbols;
  for (uint32_t s = 0; s < 16; ++s) symbols.insert(symbols.end(), size_t{1} << (16 - s), s);
  for (uint32_t s = 16; s < 5000; ++s) symbols.push_back(s);
  const HuffmanEncoder encoder(Count(symbols, 5000));
  int longest = 0;
  for (const CodeLength& entry : encoder.lengths()) longest = std::max<int>(longest, entry.length);
  ASSERT_GT(longest, 12);
  RoundTrip(symbols, 5000);
}

TEST(HuffmanEncoderTest, RoundTripsOneSymbolInNoBits) {
  const HuffmanEncoder encoder(Count(std::vector<uint32_t>(1000, 4), 5));
  EXPECT_EQ(encoder.symbol_bits(), 0u);
  RoundTrip(std::vector<uint32_t>(1000, 4), 5);
  RoundTrip({65535}, 65536);
}

TEST(HuffmanEncoderTest, RoundTripsScatteredSymbols) {
  std::vector<uint32_t> symbols;
  for (uint32_t s = 5; s < 65536; s += 997) symbols.insert(symbols.end(), 1 + s % 7, s);
  RoundTrip(symbols, 65536);
}

TEST(HuffmanEncoderTest, SizeIsCloseToTheEntropy) {
  // A geometric distribution, like the gaps of a pruned layer.
  Rng rng(4);
  std::vector<uint32_t> symbols;
  for (int i = 0; i < 100000; ++i) {
    const double gap = std::log(1 - rng.Uniform()) / std::log(1 - 0.09);
    symbols.push_back(std::min(255u, static_cast<uint32_t>(gap)));
  }
  const std::vector<SymbolCount> counts = Count(symbols, 256);
  double information = 0;
  for (const SymbolCount& entry : counts) {
    const double share = static_cast<double>(entry.count) / 100000;
    information -= 100000 * share * std::log2(share);
  }
  const HuffmanEncoder encoder(counts);
  EXPECT_GE(static_cast<double>(encoder.symbol_bits()), information);
  EXPECT_LT(static_cast<double>(encoder.symbol_bits()), information * 1.02);
}

TEST(HuffmanEncoderTest, TableOfASmallCodebookIsSmall) {
  // 31 centroids with bell-shaped counts: below 4 bits a symbol, where plain lengths take 5.
  std::vector<SymbolCount> counts;
  for (uint32_t s = 1; s < 32; ++s) {
    const double x = (s - 16.0) / 6.0;
    counts.push_back({s, static_cast<uint64_t>(1 + 1000 * std::exp(-x * x / 2))});
  }
  EXPECT_LT(HuffmanEncoder(counts).table_bits(), 31u * 4u);
}

}  // namespace
}  // namespace dc
