#include "entropy/dec/weight_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bit_io.h"
#include "base/rng.h"
#include "entropy/dec/coding_header.h"
#include "entropy/enc/weight_encoder.h"

namespace dc {
namespace {

using Bytes = std::vector<uint8_t>;

// 0, 1, 2, ...
std::vector<float> Ramp(size_t entries) {
  std::vector<float> codebook(entries);
  for (size_t i = 0; i < entries; ++i) codebook[i] = static_cast<float>(i);
  return codebook;
}

TEST(WeightDecoderTest, ReadsTheHeaderOfTheSpecification) {
  size_t header = 0;
  // Column order (1), fixed gaps (1 << 1), Huffman codes (1 << 3), raw gaps; gap width 5, code
  // width 6; 300 entries.
  const auto coding = ReadWeightCoding(Bytes{0b0000'1011, 0x54, 0xAC, 0x02, 0xFF}, &header);
  ASSERT_TRUE(coding.ok()) << coding.status().ToString();
  EXPECT_EQ(header, 4u);
  EXPECT_TRUE(coding->column_major);
  EXPECT_EQ(coding->positions, PositionCoding::kFixedGaps);
  EXPECT_EQ(coding->code_coder, StreamCoder::kHuffman);
  EXPECT_EQ(coding->position_coder, StreamCoder::kRaw);
  EXPECT_EQ(coding->gap_bits, 5);
  EXPECT_EQ(coding->code_bits, 6);
  EXPECT_EQ(coding->entries, 300u);
}

// A context-coded weight whose codes are all the last centroid's takes no bytes at all: whoever
// reads it must not take the time of its elements. Anything else that ends far before its elements
// do is refused.
TEST(WeightDecoderTest, EndsWithTheBytesOfAContextCodedWeight) {
  const MatrixShape shape{512, 300};
  for (const size_t entries : {2, 3, 4, 8}) {
    const std::vector<float> codebook = Ramp(entries);
    for (const uint64_t others : {0, 1, 1000}) {
      // `others` other codes, then the last one to the end.
      std::vector<uint16_t> codes(shape.elements(), static_cast<uint16_t>(entries - 1));
      Rng rng(entries);
      for (uint64_t i = 0; i < others; ++i) {
        codes[i] = static_cast<uint16_t>(rng.Below(static_cast<uint32_t>(entries)));
      }
      const EncodedWeight encoded = EncodeWeight(
          shape, codebook, codes, {false, 0, ScanChoice::kAuto, CoderChoice::kContext});
      const auto decoded = DecodeWeight(shape, codebook, encoded.codes, encoded.positions);
      ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
      EXPECT_TRUE(std::equal(codes.begin(), codes.end(), decoded->codes.begin()));
      if (others < 1000) continue;
      const auto cut = std::span(encoded.codes).first(encoded.codes.size() / 2);
      EXPECT_FALSE(DecodeWeight(shape, codebook, cut, encoded.positions).ok());
    }
  }
  // The header of 512 * 300 dense context codes, and one byte.
  const Bytes one = {0b0001'0000, 0x10, 0x80, 0xB0, 0x09, 0x55};
  const auto decoded = DecodeWeight(shape, Ramp(4), one, {});
  ASSERT_FALSE(decoded.ok());
  EXPECT_NE(decoded.status().ToString().find("cut short"), std::string::npos)
      << decoded.status().ToString();
}

TEST(WeightDecoderTest, RefusesHeadersThatSayNothingSensible) {
  size_t header = 0;
  auto code = [&](const Bytes& bytes) { return ReadWeightCoding(bytes, &header).status().code(); };
  EXPECT_EQ(code({}), StatusCode::kBadInput);
  EXPECT_EQ(code({0x02}), StatusCode::kBadInput);
  EXPECT_EQ(code({0x02, 0x00}), StatusCode::kBadInput);
  EXPECT_EQ(code({0x02, 0x00, 0x80}), StatusCode::kBadInput);
  EXPECT_EQ(code({0x02, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}), StatusCode::kBadInput);
  EXPECT_EQ(code({0x00, 0x01, 0x01}), StatusCode::kBadInput);  // gap width in a dense weight
  EXPECT_EQ(code({0x01, 0x00, 0x01}), StatusCode::kBadInput);  // column order in a dense weight
  EXPECT_EQ(code({0x12, 0x00, 0x01}), StatusCode::kBadInput);  // context codes, fixed gaps
  EXPECT_EQ(code({0x42, 0x00, 0x01}), StatusCode::kBadInput);  // context gaps
  EXPECT_EQ(code({0x04, 0x00, 0x01}), StatusCode::kBadInput);  // raw escape gaps
  EXPECT_EQ(code({0x24, 0x0B, 0x01}), StatusCode::kBadInput);  // precision 11
  EXPECT_EQ(code({0x35, 0x00, 0x01}), StatusCode::kBadInput);  // context codes by columns
  EXPECT_EQ(code({0x07, 0x00, 0x01}), StatusCode::kBadInput);  // bitmask by columns
  EXPECT_EQ(code({0x06, 0x01, 0x01}), StatusCode::kBadInput);  // gap width of a bitmask
  EXPECT_EQ(code({0x26, 0x00, 0x01}), StatusCode::kBadInput);  // Huffman bitmask
  EXPECT_EQ(code({0x80, 0x00, 0x01, 0x01}), StatusCode::kBadInput);     // flags of a dense weight
  EXPECT_EQ(code({0x82, 0x00, 0x00, 0x01}), StatusCode::kUnsupported);  // no flag set
  EXPECT_EQ(code({0x82, 0x00, 0x04, 0x01}), StatusCode::kUnsupported);  // another flag
}

// Raw sparse streams: header, codes of 2 bits, gaps of 2 bits.
Status DecodeRaw(const std::vector<uint32_t>& codes, const std::vector<uint32_t>& gaps,
                 uint32_t entries, uint32_t codebook_entries = 4) {
  BitWriter code_bits, gap_bits;
  code_bits.Write(0x1102, 16);
  code_bits.Write(entries, 8);
  for (uint32_t code : codes) code_bits.Write(code, 2);
  for (uint32_t gap : gaps) gap_bits.Write(gap, 2);
  return DecodeWeight({2, 5}, Ramp(codebook_entries), code_bits.Finish(), gap_bits.Finish())
      .status();
}

TEST(WeightDecoderTest, RefusesWhatDoesNotFit) {
  EXPECT_TRUE(DecodeRaw({1, 3, 0, 2}, {0, 2, 3, 0}, 4).ok());
  EXPECT_EQ(DecodeRaw({1, 3, 0, 2}, {0, 2, 3, 2}, 4).what(), "position outside the weight");
  EXPECT_EQ(DecodeRaw({1, 3, 0, 2}, {0, 2, 1, 0}, 4).what(), "stored zero that bridges no gap");
  EXPECT_EQ(DecodeRaw({1, 3, 0, 2}, {0, 2, 3, 0}, 4, 3).what(), "code outside the codebook");
  EXPECT_EQ(DecodeRaw({1, 3, 0, 2}, {0, 2, 3, 0}, 11).what(),
            "number of entries does not fit the weight's shape");
  EXPECT_EQ(DecodeRaw({1, 3, 0, 2}, {0, 2, 3, 0}, 5).what(), "bits missing or left over");
  EXPECT_EQ(DecodeRaw({1, 3, 0, 2}, {0, 2, 3, 0, 1}, 4).what(), "bits missing or left over");
  EXPECT_EQ(DecodeRaw({1, 1, 1}, {0, 1, 0, 1}, 3).what(),
            "bits missing or left over");  // one gap too many, in the padding
  EXPECT_EQ(DecodeRaw({}, {1}, 0).what(), "bytes left over in an empty weight");
}

TEST(WeightDecoderTest, SurvivesEveryTruncationAndManyFlips) {
  Rng rng(11);
  std::vector<uint16_t> codes(40 * 30, 0);
  for (uint16_t& code : codes)
    code = rng.Uniform() < 0.2 ? static_cast<uint16_t>(rng.Below(32)) : 0;
  const WeightEncodingOptions kOptions[] = {
      {true, 4, ScanChoice::kAuto, CoderChoice::kRaw},
      {true, 4, ScanChoice::kAuto, CoderChoice::kHuffman},
      {true, 0, ScanChoice::kAuto, CoderChoice::kHuffman},
  };
  for (const WeightEncodingOptions& options : kOptions) {
    const EncodedWeight encoded = EncodeWeight({40, 30}, Ramp(32), codes, options);
    for (size_t cut = 0; cut < encoded.codes.size(); ++cut) {
      EXPECT_FALSE(
          DecodeWeight({40, 30}, Ramp(32), std::span(encoded.codes).first(cut), encoded.positions)
              .ok());
    }
    for (size_t cut = 0; cut < encoded.positions.size(); ++cut) {
      EXPECT_FALSE(
          DecodeWeight({40, 30}, Ramp(32), encoded.codes, std::span(encoded.positions).first(cut))
              .ok());
    }
    // A flip may give other codes, but never one outside the codebook or the matrix.
    for (int round = 0; round < 2000; ++round) {
      Bytes a = encoded.codes, b = encoded.positions;
      Bytes& damaged = rng.Below(2) ? a : b;
      damaged[rng.Below(static_cast<uint32_t>(damaged.size()))] ^= 1u << rng.Below(8);
      const auto decoded = DecodeWeight({40, 30}, Ramp(32), a, b);
      if (!decoded.ok()) continue;
      for (uint16_t code : decoded->codes) ASSERT_LT(code, 32);
      for (uint32_t position : decoded->positions) ASSERT_LT(position, 1200u);
    }
  }
}

TEST(WeightDecoderTest, RefusesWeightsBeyond32BitPositions) {
  EXPECT_EQ(DecodeWeight({1u << 31, 4}, Ramp(2), Bytes{0x02, 0x00, 0x00}, {}).status().what(),
            "weight of more than 2^32 - 1 elements");
  const auto largest = DecodeWeight({0xFFFFFFFFu, 1}, Ramp(2), Bytes{0x02, 0x00, 0x00}, {});
  ASSERT_TRUE(largest.ok());
  EXPECT_TRUE(largest->positions.empty());
}

}  // namespace
}  // namespace dc
