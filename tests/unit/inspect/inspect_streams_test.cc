#include "inspect/inspect_streams.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/rng.h"
#include "entropy/enc/weight_encoder.h"
#include "unit/inspect/marked_cover.h"

namespace dc {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using Bytes = std::vector<uint8_t>;

format::TensorEntry TableEntry(std::vector<int64_t> shape, uint32_t entries) {
  format::TensorEntry entry;
  entry.shape = std::move(shape);
  entry.form = format::Form::kTable;
  entry.codebook_entries = entries;
  entry.zero_first = true;
  return entry;
}

MarkedStreams Mark(const format::TensorEntry& entry, const Bytes& codes, const Bytes& gaps) {
  format::TensorStreams streams;
  streams.codes = codes;
  streams.gaps = gaps;
  return MarkStreams(7, entry, streams);
}

TEST(InspectStreamsTest, MarksADenseRawWeight) {
  // Header: nothing set; code width 2; 4 entries. Codes 0, 1, 2, 3.
  const MarkedStreams marked = Mark(TableEntry({2, 2}, 4), {0x00, 0x10, 0x04, 0xE4}, {});
  EXPECT_THAT(Lines(marked.codes),
              ElementsAre("1 tensor 7, codes: dense; codes raw", "1 codes of 2 bits", "1 4 entries",
                          "1 4 codes of 2 bits"));
  EXPECT_TRUE(marked.gaps.empty());
  EXPECT_EQ(marked.coding, "dense, 4 entries of 2 bits; codes: raw");
}

TEST(InspectStreamsTest, MarksFlagsOfEmptyRowsAndABitmask) {
  // Bitmask (3), flagged: rows. Code width 1, 2 entries. The middle one of 3 rows is empty: order
  // 0, runs 1, 1, 1 as 010, 1, 1; then one bit for each of 2 x 4 elements.
  const MarkedStreams marked =
      Mark(TableEntry({3, 4}, 2), {0x86, 0x00, 0x01, 0x02, 0x03}, {0x68, 0x21});
  EXPECT_THAT(Lines(marked.codes),
              ElementsAre("1 tensor 7, codes: bitmask, by rows; codes raw, positions raw",
                          "1 codes of 1 bit", "1 empty lines are flagged: rows", "1 2 entries",
                          "1 2 codes of 1 bit"));
  EXPECT_THAT(Lines(marked.gaps), ElementsAre("1 tensor 7, flags of empty lines, 7 bits",
                                              "1 mask, one bit an element"));
}

TEST(InspectStreamsTest, MarksAHuffmanTableThatSharesItsLastByte) {
  // Fixed gaps of 4 bits by columns, both streams Huffman, code width 2, 3 entries: the tables of
  // docs/format.md's example.
  const MarkedStreams marked =
      Mark(TableEntry({8, 32}, 4), {0x2B, 0x13, 0x03, 0x71, 0x88, 0x17}, {0x43, 0xEC, 0xB8, 0x00});
  EXPECT_THAT(
      Lines(marked.codes),
      ElementsAre("1 tensor 7, codes: fixed-width gaps, by columns; codes Huffman, positions "
                  "Huffman",
                  "1 gaps of 4 bits, codes of 2 bits", "1 3 entries",
                  "3 table of the codes, 21 bits: 4 symbols, words of 1 to 3 bits; then the "
                  "words"));
  EXPECT_THAT(Lines(marked.gaps),
              ElementsAre("3 tensor 7, table of the gaps, 24 bits: 4 symbols, words of 2 bits",
                          "1 words of 3 gaps"));
}

TEST(InspectStreamsTest, NamesTheNumbersOfCodebooksAndValues) {
  format::TensorEntry entry = TableEntry({2, 2}, 3);
  const Bytes numbers(8), codes = {0x00, 0x10, 0x04, 0xE4};
  format::TensorStreams streams;
  streams.codebook = numbers;
  streams.codes = codes;
  const MarkedStreams table = MarkStreams(0, entry, streams);
  ASSERT_EQ(table.codebook.size(), 1u);
  EXPECT_EQ(table.codebook[0].numbers, Numbers::kFloat32);
  format::TensorEntry plain;
  plain.shape = {4};
  plain.form = format::Form::kFloat16;
  streams = {};
  streams.values = numbers;
  const MarkedStreams half = MarkStreams(0, plain, streams);
  ASSERT_EQ(half.values.size(), 1u);
  EXPECT_EQ(half.values[0].numbers, Numbers::kFloat16);
}

TEST(InspectStreamsTest, MarksSortedCodebooksAndValuesWithoutZeros) {
  format::TensorEntry entry = TableEntry({2, 2}, 3);
  entry.codebook_type = format::CodebookType::kFloat16;
  entry.codebook_bytes = 4;
  const Bytes sorted = {0x2A, 0, 0, 0}, codes = {0x00, 0x10, 0x04, 0xE4};  // order 10, permuted
  format::TensorStreams streams;
  streams.codebook = sorted;
  streams.codes = codes;
  EXPECT_THAT(Lines(MarkStreams(3, entry, streams).codebook),
              ElementsAre("4 tensor 3, table, f16 as sorted differences: order 10, permuted"));
  // 3 elements: one kept, one zero, one kept: order 0, runs 1, 1, 1 as 010, 1, 1.
  format::TensorEntry plain;
  plain.shape = {3};
  plain.value_bytes = 9;
  const Bytes values = {0x68, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40};
  streams = {};
  streams.values = values;
  const MarkedStreams marked = MarkStreams(3, plain, streams);
  EXPECT_THAT(Lines(marked.values),
              ElementsAre("1 tensor 3, runs of zeros, 7 bits", "8 tensor 3, the others"));
  EXPECT_EQ(marked.values[1].numbers, Numbers::kFloat32);
  for (size_t cut = 0; cut < values.size(); ++cut) {
    streams.values = std::span(values).first(cut);
    ExpectCover(MarkStreams(3, plain, streams).values, cut, "cut values");
  }
}

// Codes of which every third row is empty.
std::vector<uint16_t> SomeCodes(const MatrixShape& shape, uint32_t entries, double density) {
  Rng rng(5);
  std::vector<uint16_t> codes(shape.elements(), 0);
  for (uint32_t i = 0; i < codes.size(); ++i) {
    if (i / shape.columns % 3 == 0 || rng.Uniform() >= density) continue;
    codes[i] = static_cast<uint16_t>(1 + rng.Below(entries - 1) * rng.Uniform());
  }
  return codes;
}

TEST(InspectStreamsTest, CoversEveryLayoutWholeAndCutShort) {
  constexpr uint32_t kEntries = 16;
  std::vector<float> codebook(kEntries);
  for (uint32_t i = 1; i < kEntries; ++i) codebook[i] = static_cast<float>(i);
  std::string all;
  for (const MatrixShape& shape : {MatrixShape{9, 40}, MatrixShape{60, 800}}) {
    for (const double density : {0.005, 0.1, 0.6, 1.1}) {
      for (const CoderChoice coder :
           {CoderChoice::kRaw, CoderChoice::kHuffman, CoderChoice::kContext, CoderChoice::kAuto}) {
        for (const int gap_bits : {0, 4}) {
          if (gap_bits && coder == CoderChoice::kContext) continue;
          WeightEncodingOptions options;
          options.sparse = true;
          options.coder = coder;
          options.gap_bits = gap_bits;
          const EncodedWeight weight =
              EncodeWeight(shape, codebook, SomeCodes(shape, kEntries, density), options);
          const auto entry = TableEntry({shape.rows, shape.columns}, kEntries);
          const MarkedStreams marked = Mark(entry, weight.codes, weight.positions);
          ExpectCover(marked.codes, weight.codes.size(), marked.coding);
          ExpectCover(marked.gaps, weight.positions.size(), marked.coding);
          for (const auto* fields : {&marked.codes, &marked.gaps}) {
            for (const ByteField& field : *fields) {
              EXPECT_THAT(field.text, testing::Not(HasSubstr("damaged"))) << marked.coding;
            }
          }
          all += marked.coding + "\n";
          for (size_t cut = 0; cut < 40; ++cut) {
            const Bytes codes(weight.codes.begin(),
                              weight.codes.begin() + std::min(cut, weight.codes.size()));
            const Bytes positions(
                weight.positions.begin(),
                weight.positions.begin() + std::min(cut, weight.positions.size()));
            const MarkedStreams part = Mark(entry, codes, positions);
            ExpectCover(part.codes, codes.size(), "cut codes");
            ExpectCover(part.gaps, positions.size(), "cut positions");
          }
        }
      }
    }
  }
  // What the loops above were meant to meet.
  for (const char* words :
       {"fixed-width gaps of 4 bits", "escape gaps", "mask: raw", "mask: context", "codes: context",
        "codes: raw", "codes: Huffman,", "codes: Huffman in four streams", "flags of empty lines",
        "by columns", "tokens: Huffman, table of", "gaps: raw", "gaps: Huffman"}) {
    EXPECT_THAT(all, HasSubstr(words));
  }
}

}  // namespace
}  // namespace dc
