#include "entropy/enc/weight_encoder.h"

#include <gtest/gtest.h>

#include <optional>

#include "base/rng.h"
#include "entropy/dec/weight_decoder.h"

namespace dc {
namespace {

// A matrix with a share `density` of codes in [1, entries) and zeros elsewhere.
std::vector<uint16_t> RandomCodes(uint32_t rows, uint32_t columns, uint32_t entries, double density,
                                  uint64_t seed) {
  Rng rng(seed);
  std::vector<uint16_t> codes(size_t{rows} * columns, 0);
  for (uint16_t& code : codes) {
    if (rng.Uniform() >= density || entries < 2) continue;
    code = static_cast<uint16_t>(1 + rng.Below(entries - 1) * rng.Uniform());
  }
  return codes;
}

size_t Size(const EncodedWeight& encoded) {
  return encoded.codes.size() + encoded.positions.size();
}

// 0, then numbers of both signs in no particular order.
std::vector<float> Centroids(uint32_t entries) {
  std::vector<float> codebook(entries, 0.0f);
  for (uint32_t i = 1; i < entries; ++i) {
    codebook[i] = static_cast<float>(i * 40503u % 65536u) - 30000.5f;
  }
  return codebook;
}

EncodedWeight Encode(const MatrixShape& shape, uint32_t entries, const std::vector<uint16_t>& codes,
                     const WeightEncodingOptions& options) {
  return EncodeWeight(shape, Centroids(entries), codes, options);
}

// The codes that the streams hold, or nothing where they do not decode.
std::optional<std::vector<uint16_t>> Decode(const MatrixShape& shape, uint32_t entries,
                                            const EncodedWeight& encoded) {
  const auto decoded = DecodeWeight(shape, Centroids(entries), encoded.codes, encoded.positions);
  if (!decoded.ok()) {
    ADD_FAILURE() << decoded.status().ToString();
    return std::nullopt;
  }
  if (encoded.coding.positions == PositionCoding::kDense) {
    EXPECT_TRUE(decoded->positions.empty());
    return std::vector<uint16_t>(decoded->codes.begin(), decoded->codes.end());
  }
  std::vector<uint16_t> codes(shape.elements(), 0);
  EXPECT_EQ(decoded->positions.size(), decoded->codes.size());
  for (size_t i = 0; i < decoded->positions.size(); ++i) {
    codes[ElementAt(shape, decoded->coding.column_major, decoded->positions[i])] =
        decoded->codes[i];
  }
  return codes;
}

TEST(WeightEncoderTest, RoundTripsEveryLayout) {
  const struct {
    uint32_t rows, columns, entries;
    double density;
  } kCases[] = {{1, 1, 2, 1.0},    {1, 1, 2, 0.0},       {1, 37, 9, 0.3},      {41, 1, 9, 0.3},
                {20, 30, 32, 0.1}, {20, 30, 32, 0.0},    {20, 30, 32, 1.0},    {50, 70, 256, 0.01},
                {13, 17, 2, 0.5},  {9, 400, 65536, 0.5}, {3, 100000, 4, 1e-4}, {7, 11, 1, 0.0}};
  for (const auto& c : kCases) {
    const auto codes = RandomCodes(c.rows, c.columns, c.entries, c.density, c.columns);
    MatrixShape shape{c.rows, c.columns};
    for (int gap_bits : {0, 1, 2, 5, 8, 16}) {
      for (ScanChoice order : {ScanChoice::kAuto, ScanChoice::kRow, ScanChoice::kColumn}) {
        for (CoderChoice coder : {CoderChoice::kRaw, CoderChoice::kHuffman, CoderChoice::kContext,
                                  CoderChoice::kAuto}) {
          for (bool sparse : {true, false}) {
            const WeightEncodingOptions options = {sparse, gap_bits, order, coder};
            const bool context = coder == CoderChoice::kContext;
            if (context && gap_bits > 0) continue;
            const EncodedWeight encoded = Encode(shape, c.entries, codes, options);
            EXPECT_EQ(Decode(shape, c.entries, encoded), codes)
                << c.rows << "x" << c.columns << ", gap bits " << gap_bits;
            if (sparse && gap_bits > 0) {
              EXPECT_EQ(encoded.coding.positions, PositionCoding::kFixedGaps);
              EXPECT_EQ(encoded.coding.gap_bits, gap_bits);
            }
            if (!sparse) {
              EXPECT_EQ(encoded.coding.positions, PositionCoding::kDense);
            }
            if (coder == CoderChoice::kRaw) {
              EXPECT_EQ(encoded.coding.code_coder, StreamCoder::kRaw);
              EXPECT_EQ(encoded.coding.position_coder, StreamCoder::kRaw);
            }
            if (context && encoded.coding.entries > 0 && c.entries <= 1024) {
              EXPECT_EQ(encoded.coding.code_coder, StreamCoder::kContext);
            }
          }
        }
      }
    }
  }
}

// Convolutions: kernels change the contexts, and nothing else.
TEST(WeightEncoderTest, RoundTripsKernels) {
  for (const auto& [area, width] : {std::pair{9u, 3u}, {49u, 7u}, {8u, 2u}, {5u, 5u}, {120u, 1u}}) {
    const MatrixShape shape{14, 6 * area, area, width};
    for (double density : {0.05, 0.6, 1.0}) {
      const auto codes = RandomCodes(shape.rows, shape.columns, 40, density, area);
      for (bool sparse : {true, false}) {
        const EncodedWeight encoded =
            Encode(shape, 40, codes, {sparse, 0, ScanChoice::kAuto, CoderChoice::kContext});
        EXPECT_EQ(Decode(shape, 40, encoded), codes) << area << ", " << density;
      }
    }
  }
}

TEST(WeightEncoderTest, FlagsEmptyLines) {
  // Every third row and all columns from 20 on hold nothing.
  auto codes = RandomCodes(60, 90, 16, 0.5, 3);
  for (size_t i = 0; i < codes.size(); ++i) {
    if (i / 90 % 3 == 0 || i % 90 >= 20) codes[i] = 0;
  }
  for (CoderChoice coder : {CoderChoice::kHuffman, CoderChoice::kContext, CoderChoice::kRaw}) {
    const EncodedWeight encoded = Encode({60, 90}, 16, codes, {true, 0, ScanChoice::kAuto, coder});
    EXPECT_EQ(Decode({60, 90}, 16, encoded), codes);
    if (coder == CoderChoice::kHuffman) {
      EXPECT_TRUE(encoded.coding.columns_flagged);
    }
  }
}

// Every layout is the right one somewhere.
TEST(WeightEncoderTest, ChoosesAmongTheLayouts) {
  const auto positions = [&](double density, CoderChoice coder) {
    const auto codes = RandomCodes(300, 300, 16, density, 5);
    return Encode({300, 300}, 16, codes, {true, 0, ScanChoice::kAuto, coder}).coding.positions;
  };
  EXPECT_EQ(positions(0.005, CoderChoice::kHuffman), PositionCoding::kEscapeGaps);
  EXPECT_EQ(positions(0.5, CoderChoice::kRaw), PositionCoding::kBitmask);
  EXPECT_EQ(positions(1.0, CoderChoice::kHuffman), PositionCoding::kDense);
  EXPECT_EQ(positions(0.05, CoderChoice::kRaw), PositionCoding::kFixedGaps);
  EXPECT_EQ(positions(0.05, CoderChoice::kContext), PositionCoding::kBitmask);
}

TEST(WeightEncoderTest, AutoIsNeverLarger) {
  for (double density : {0.01, 0.3, 1.0}) {
    for (uint32_t side : {6u, 40u, 200u}) {
      const auto codes = RandomCodes(side, side, 16, density, side);
      size_t others = SIZE_MAX;
      for (CoderChoice coder : {CoderChoice::kRaw, CoderChoice::kHuffman, CoderChoice::kContext}) {
        others = std::min(
            others, Size(Encode({side, side}, 16, codes, {true, 0, ScanChoice::kAuto, coder})));
      }
      EXPECT_LE(
          Size(Encode({side, side}, 16, codes, {true, 0, ScanChoice::kAuto, CoderChoice::kAuto})),
          others);
    }
  }
}

TEST(WeightEncoderTest, TakesTheSmallestOfAllLayouts) {
  for (double density : {0.005, 0.05, 0.3, 0.9}) {
    const auto codes = RandomCodes(60, 80, 32, density, 7);
    size_t smallest = Size(Encode({60, 80}, 32, codes, {false}));
    for (int gap_bits = 1; gap_bits <= 16; ++gap_bits) {
      for (ScanChoice order : {ScanChoice::kRow, ScanChoice::kColumn}) {
        smallest = std::min(smallest, Size(Encode({60, 80}, 32, codes, {true, gap_bits, order})));
      }
    }
    EXPECT_LE(Size(Encode({60, 80}, 32, codes, {true})), smallest) << density;
  }
}

TEST(WeightEncoderTest, ColumnOrderWinsWhereColumnsAreFull) {
  // A few columns full, nothing but the first row in the others: in column order most gaps are 0.
  std::vector<uint16_t> codes(50 * 100, 0);
  std::fill(codes.begin(), codes.begin() + 100, uint16_t{1});
  for (size_t row = 0; row < 50; ++row) {
    for (size_t column : {3, 4, 17, 58, 91}) codes[row * 100 + column] = 1 + row % 3;
  }
  EXPECT_TRUE(Encode({50, 100}, 4, codes, {true, 6}).coding.column_major);
  EXPECT_FALSE(Encode({50, 100}, 4, codes, {true, 6, ScanChoice::kRow}).coding.column_major);
}

TEST(WeightEncoderTest, WritesThePapersGapsByHand) {
  // Survivors at 1, 4 and 15 of 16, codes 1, 2, 3, three bits of gap, nothing entropy-coded.
  std::vector<uint16_t> codes(16, 0);
  codes[1] = 1;
  codes[4] = 2;
  codes[15] = 3;
  const EncodedWeight encoded =
      Encode({1, 16}, 4, codes, {true, 3, ScanChoice::kRow, CoderChoice::kRaw});
  EXPECT_EQ(encoded.fillers, 1u);
  // Header: kind 1 of positions, raw coders (0b0000'0010); gap width 3, code width 2; 4 entries.
  // Codes 1, 2, 0 (filler), 3 from the low bits on. Gaps 1, 2, 7 (filler), 2: 12 bits.
  EXPECT_EQ(encoded.codes, (std::vector<uint8_t>{0x02, 0x12, 0x04, 0b11'00'10'01}));
  EXPECT_EQ(encoded.positions, (std::vector<uint8_t>{0b11'010'001, 0b0000'010'1}));
}

TEST(WeightEncoderTest, GapOfAllOnesNeedsNoFiller) {
  // With 2 bits a survivor after 3 zeros is stored with gap 3 itself.
  const std::vector<uint16_t> codes = {0, 0, 0, 1, 0, 0, 0, 0, 1};
  const EncodedWeight encoded =
      Encode({1, 9}, 2, codes, {true, 2, ScanChoice::kRow, CoderChoice::kRaw});
  EXPECT_EQ(encoded.fillers, 1u);  // for the second survivor, after 4 zeros
  EXPECT_EQ(encoded.coding.entries, 3u);
  EXPECT_EQ(Decode({1, 9}, 2, encoded), codes);
}

TEST(WeightEncoderTest, AnEmptyWeightTakesItsHeaderAlone) {
  const std::vector<uint16_t> codes(1000, 0);
  const EncodedWeight encoded = Encode({10, 100}, 16, codes, {true});
  EXPECT_EQ(Size(encoded), 3u);
  EXPECT_EQ(Decode({10, 100}, 16, encoded), codes);
}

TEST(WeightEncoderTest, TwoRunsAgree) {
  const auto codes = RandomCodes(100, 100, 64, 0.1, 9);
  const EncodedWeight a = Encode({100, 100}, 64, codes, {true});
  const EncodedWeight b = Encode({100, 100}, 64, codes, {true});
  EXPECT_EQ(a.codes, b.codes);
  EXPECT_EQ(a.positions, b.positions);
}

}  // namespace
}  // namespace dc
