#include "entropy/dec/escape_gaps.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/rng.h"
#include "entropy/common/gap_token.h"
#include "entropy/dec/huffman_decoder.h"
#include "entropy/enc/huffman_encoder.h"

namespace dc {
namespace {

using Bytes = std::vector<uint8_t>;

Bytes Encode(const std::vector<uint32_t>& gaps, int precision) {
  std::map<uint32_t, uint64_t> counted;
  for (uint32_t gap : gaps) ++counted[TokenOf(gap, precision).token];
  std::vector<SymbolCount> counts;
  for (const auto& [token, count] : counted) counts.push_back({token, count});
  const HuffmanEncoder encoder(counts);
  BitWriter bits;
  encoder.WriteTable(&bits);
  for (uint32_t gap : gaps) {
    const GapToken token = TokenOf(gap, precision);
    encoder.WriteSymbol(token.token, &bits);
    bits.Write(gap & ((1u << token.suffix_bits) - 1), token.suffix_bits);
  }
  return bits.Finish();
}

// One gap at a time; nothing where the stream is damaged or a place is `end` or beyond.
std::optional<std::vector<uint32_t>> WalkOneByOne(int precision, const Bytes& bytes, uint64_t end,
                                                  size_t count) {
  BitReader bits(bytes);
  const auto lengths = ReadCodeLengths(TokenCount(precision), &bits);
  if (!lengths.ok()) return std::nullopt;
  const HuffmanDecoder tokens(*lengths);
  std::vector<uint32_t> places;
  uint64_t passed = 0;
  for (size_t i = 0; i < count; ++i) {
    const uint32_t token = tokens.Next(&bits);
    passed += uint64_t{GapOf(token, bits.Read(SuffixBits(token, precision)), precision)} + 1;
    if (passed > end) return std::nullopt;
    places.push_back(static_cast<uint32_t>(passed - 1));
  }
  return bits.AtEnd() ? std::optional(places) : std::nullopt;
}

// Both decoders refuse `bytes`, or both find the same places.
void Agree(int precision, const Bytes& bytes, uint64_t end, size_t count) {
  const Bytes exact(bytes.begin(), bytes.end());
  std::vector<uint32_t> places(count);
  const Status status = DecodeEscapeGaps(precision, exact, end, places);
  const auto expected = WalkOneByOne(precision, bytes, end, count);
  ASSERT_EQ(status.ok(), expected.has_value()) << status.ToString();
  if (expected) {
    ASSERT_TRUE(places == *expected);
  } else {
    ASSERT_EQ(status.code(), StatusCode::kBadInput);
  }
}

void RoundTrip(const std::vector<uint32_t>& gaps, int precision) {
  SCOPED_TRACE(std::to_string(gaps.size()) + " gaps, precision " + std::to_string(precision));
  std::vector<uint32_t> expected, places(gaps.size());
  uint64_t passed = 0;
  for (uint32_t gap : gaps) {
    passed += uint64_t{gap} + 1;
    expected.push_back(static_cast<uint32_t>(passed - 1));
  }
  const Bytes bytes = Encode(gaps, precision);
  const Status status = DecodeEscapeGaps(precision, bytes, passed, places);
  ASSERT_TRUE(status.ok()) << status.ToString();
  ASSERT_TRUE(places == expected);
  EXPECT_EQ(DecodeEscapeGaps(precision, bytes, passed - 1, places).code(), StatusCode::kBadInput);
}

std::vector<uint32_t> GeometricGaps(size_t count, double density, uint64_t seed) {
  Rng rng(seed);
  std::vector<uint32_t> gaps(count);
  for (uint32_t& gap : gaps) {
    gap = static_cast<uint32_t>(std::log(1.0 - rng.Uniform()) / std::log(1.0 - density));
  }
  return gaps;
}

TEST(EscapeGapsTest, ReachesTheSamePlaces) {
  for (int precision : {0, 1, 3, 6, kMaxTokenPrecision}) {
    for (double density : {0.5, 0.09, 0.01, 0.0001}) {
      for (size_t count : {1u, 2u, 13u, 500u, 30000u}) {
        RoundTrip(GeometricGaps(count, density, count), precision);
      }
    }
  }
}

TEST(EscapeGapsTest, TakesTheLargestGaps) {
  // Suffixes of 31 bits behind long words, alone and one after another, between small gaps.
  std::vector<uint32_t> gaps = GeometricGaps(2000, 0.4, 1);
  gaps[0] = gaps[700] = 0x7FFFFFFFu;
  gaps[1999] = 0x7FFFF123u;
  RoundTrip(gaps, 0);
  RoundTrip(gaps, 4);
  RoundTrip({0xFFFFFFFEu}, 0);
  // Around the largest distance that a table holds, 65,535.
  std::vector<uint32_t> wide(100, 3);
  for (uint32_t i = 0; i < 100; i += 2) wide[i] = 65500 + i;
  for (int precision : {0, 2, 10}) RoundTrip(wide, precision);
}

TEST(EscapeGapsTest, OneTokenTakesItsSuffixAlone) {
  RoundTrip(std::vector<uint32_t>(1000, 0), 0);
  RoundTrip(std::vector<uint32_t>(1000, 5), 3);
  std::vector<uint32_t> gaps;  // 64 to 127 share a token
  for (uint32_t i = 0; i < 1000; ++i) gaps.push_back(64 + i * 37 % 64);
  RoundTrip(gaps, 0);
}

TEST(EscapeGapsTest, AgreesWithAPlainWalkOnDamage) {
  for (int precision : {0, 3}) {
    std::vector<uint32_t> gaps = GeometricGaps(200, 0.1, 3);
    gaps[50] = 70000;
    const Bytes bytes = Encode(gaps, precision);
    const uint64_t end = 80000;
    Agree(precision, bytes, end, gaps.size());
    for (size_t size = 0; size < bytes.size(); ++size) {
      Agree(precision, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)), end,
            gaps.size());
    }
    for (size_t i = 0; i < bytes.size(); ++i) {
      for (uint8_t change : {0x01, 0x10, 0x80, 0xFF}) {
        Bytes damaged = bytes;
        damaged[i] ^= change;
        Agree(precision, damaged, end, gaps.size());
        Agree(precision, damaged, uint64_t{1} << 32, gaps.size());
      }
    }
    Agree(precision, bytes, end, gaps.size() - 1);
    Agree(precision, bytes, end, gaps.size() + 1);
    Bytes longer = bytes;
    longer.push_back(0);
    Agree(precision, longer, end, gaps.size());
  }
}

}  // namespace
}  // namespace dc
