#include "entropy/dec/huffman_decoder.h"

#include <gtest/gtest.h>

#include <string>

namespace dc {
namespace {

// A bit string in stream order, as the specification writes it.
std::vector<uint8_t> Bits(const std::string& text) {
  BitWriter writer;
  for (char c : text) {
    if (c != ' ') writer.Write(c == '1', 1);
  }
  return writer.Finish();
}

Status ReadStatus(const std::string& text, uint32_t alphabet) {
  const std::vector<uint8_t> bytes = Bits(text);
  BitReader reader(bytes);
  return ReadCodeLengths(alphabet, &reader).status();
}

TEST(HuffmanDecoderTest, ReadsATableWrittenByHand) {
  // First symbol 1 (010), skips of order 0 (mode 1: 10), deltas of order 0 (00), first length 2
  // (01000 from the least significant bit). Then symbol 2: skip 0 (1), length + 0 (1); symbol 5:
  // skip 2 (011), length - 1 (zigzag 2: 011).
  const std::vector<uint8_t> bytes = Bits("010 10 00 01000  1 1  011 011");
  BitReader reader(bytes);
  const auto lengths = ReadCodeLengths(6, &reader);
  ASSERT_TRUE(lengths.ok()) << lengths.status().ToString();
  EXPECT_EQ(*lengths, (std::vector<CodeLength>{{1, 2}, {2, 2}, {5, 1}}));
}

TEST(HuffmanDecoderTest, DecodesWordsByTheirFirstBit) {
  // Words: 5 -> 0, 1 -> 10, 2 -> 11.
  const HuffmanDecoder decoder({{1, 2}, {2, 2}, {5, 1}});
  const std::vector<uint8_t> bytes = Bits("0 10 11 0");
  BitReader reader(bytes);
  for (uint32_t expected : {5u, 1u, 2u, 5u}) EXPECT_EQ(decoder.Next(&reader), expected);
}

TEST(HuffmanDecoderTest, RefusesSymbolsOutsideTheAlphabet) {
  EXPECT_TRUE(ReadStatus("1 00 00 00000", 1).ok());
  EXPECT_EQ(ReadStatus("010 00 00 00000", 1).code(), StatusCode::kBadInput);
  // Two words of length 1, of symbols 0 and 1.
  EXPECT_TRUE(ReadStatus("1 00 00 10000 1", 2).ok());
  EXPECT_EQ(ReadStatus("1 00 00 10000 1", 1).code(), StatusCode::kBadInput);
}

TEST(HuffmanDecoderTest, RefusesImpossibleLengths) {
  // First length 21.
  EXPECT_EQ(ReadStatus("1 00 00 10101", 9).code(), StatusCode::kBadInput);
  // Length 2, then 2 - 2 = 0 (zigzag 4: 00110).
  EXPECT_EQ(ReadStatus("1 00 00 01000 00110", 9).code(), StatusCode::kBadInput);
  // Lengths 2, 1, then 1 again: more than all words.
  EXPECT_EQ(ReadStatus("1 00 00 01000 011 1", 9).code(), StatusCode::kBadInput);
}

TEST(HuffmanDecoderTest, RefusesATableThatEndsEarly) {
  EXPECT_EQ(ReadStatus("", 65536).code(), StatusCode::kBadInput);
  EXPECT_EQ(ReadStatus("1 00 00 11000", 65536).code(), StatusCode::kBadInput);
}

}  // namespace
}  // namespace dc
