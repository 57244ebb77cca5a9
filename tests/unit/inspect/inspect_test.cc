#include "dc/inspect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>

#include "dc/encode.h"
#include "entropy/enc/zstd_compress.h"
#include "inspect/inspect_file.h"
#include "roundtrip/sample_graphs.h"
#include "unit/format/container_builder.h"
#include "unit/inspect/marked_cover.h"

namespace dc {
namespace {

using format::Bytes;
using format::HandFile;
using format::Message;
using testing::HasSubstr;
using testing::Not;

struct Inspected {
  std::string text;
  Status status;
};

Inspected Inspect(const Bytes& file, const InspectOptions& options = {}) {
  Inspected result;
  result.status = InspectFile(file, options, [&](const std::string& text) { result.text += text; });
  return result;
}

Bytes Encoded(bool keep_names, const std::string& coder = "huffman") {
  Graph graph = ConvolutionalGraph(0.4);
  EXPECT_TRUE(QuantizeAll(&graph, {0.0f, -0.75f, 0.5f, 0.1f}).ok());
  EncodeOptions options;
  options.keep_names = keep_names;
  options.coder = coder;
  const auto file = EncodeModel(graph, options, nullptr, nullptr);
  EXPECT_TRUE(file.ok()) << file.status().ToString();
  return file.ok() ? *file : Bytes();
}

// The bytes that the lines of a hex dump show; offsets must follow each other.
Bytes BytesOf(const std::string& dump) {
  Bytes bytes;
  std::istringstream lines(dump);
  std::string line;
  while (std::getline(lines, line)) {
    const size_t start = line.find("  ");
    EXPECT_EQ(std::stoull(line.substr(0, start), nullptr, 16), bytes.size()) << line;
    const size_t stop = line.find("  ", start + 2);
    std::istringstream numbers(line.substr(start + 2, stop - start - 2));
    std::string number;
    while (numbers >> number) {
      EXPECT_EQ(number.size(), 2u) << line;
      bytes.push_back(static_cast<uint8_t>(std::stoul(number, nullptr, 16)));
    }
  }
  return bytes;
}

// A file with one section of plain values: input ? x 2, a tensor of 2 numbers, output Add of both.
Bytes AddFile(const Bytes& values, uint8_t tag = 5, uint64_t raw_size = 0) {
  const Message manifest = Message()
                               .Sub(1, Message().Packed(1, {2}))
                               .Sub(2, Message().Number(1, 4))
                               .Sub(3, Message().Packed(1, {0, 2}))
                               .Sub(4, Message());
  return HandFile({{1, manifest.bytes()}, {tag, values, raw_size}});
}

const Bytes kTwoNumbers = {0x00, 0x00, 0x80, 0x3F, 0x00, 0x00, 0x00, 0xBF};  // 1, -0.5

TEST(InspectTest, DumpsASmallFileAsByHand) {
  const Inspected dump = Inspect(AddFile(kTwoNumbers), {.hex = true});
  EXPECT_TRUE(dump.status.ok()) << dump.status.ToString();
  for (const char* line :
       {"00  89 44 43 5a                    magic\n",
        "04  01 00                          version 1.0\n",
        "06  02                             2 sections\n", "values, 8 bytes, checksum",
        "  0a 01 02                         ", "  shape 2\n", "op 4, Add\n",
        "  00 00 80 3f 00 00 00 bf        tensor 0: 1, -0.5\n"}) {
    EXPECT_THAT(dump.text, HasSubstr(line));
  }
  EXPECT_EQ(BytesOf(dump.text), AddFile(kTwoNumbers));
}

TEST(InspectTest, ShowsStoredAndDecompressedBytesOfZstdSections) {
  const auto packed = ZstdCompress(kTwoNumbers);
  ASSERT_TRUE(packed.ok());
  const Bytes file = AddFile(*packed, 0x85, kTwoNumbers.size());
  const Inspected dump = Inspect(file, {.hex = true, .all = true});
  EXPECT_TRUE(dump.status.ok()) << dump.status.ToString();
  const size_t second = dump.text.find("\nvalues section, decompressed\n");
  ASSERT_NE(second, std::string::npos) << dump.text;
  EXPECT_EQ(BytesOf(dump.text.substr(0, second)), file);
  EXPECT_THAT(dump.text.substr(0, second), HasSubstr("values section, zstd\n"));
  EXPECT_THAT(dump.text.substr(second),
              HasSubstr("00  00 00 80 3f 00 00 00 bf        tensor 0: 1, -0.5\n"));
}

TEST(InspectTest, CutsLongFieldsUnlessToldOtherwise) {
  Bytes values;
  for (int i = 0; i < 6; ++i) values.insert(values.end(), kTwoNumbers.begin(), kTwoNumbers.end());
  const Message manifest = Message()
                               .Sub(1, Message().Packed(1, {12}))
                               .Sub(2, Message().Number(1, 4))
                               .Sub(3, Message().Packed(1, {0, 12}))
                               .Sub(4, Message());
  const Bytes file = HandFile({{1, manifest.bytes()}, {5, values}});
  const std::string cut = Inspect(file, {.hex = true}).text;
  EXPECT_THAT(cut, HasSubstr("tensor 0: 1, -0.5\n..  32 bytes more\n"));
  EXPECT_EQ(BytesOf(Inspect(file, {.hex = true, .all = true}).text), file);
}

TEST(InspectTest, EveryByteIsInOneField) {
  for (const char* coder : {"raw", "huffman", "context", "auto"}) {
    for (const bool names : {false, true}) {
      const Bytes file = Encoded(names, coder);
      for (const MarkedBytes& part : MarkFile(TakeApart(file), file)) {
        ExpectCover(part.fields, part.bytes.size(), coder + part.name);
        for (const ByteField& field : part.fields) {
          EXPECT_THAT(field.text, Not(HasSubstr("damaged"))) << coder << part.name;
        }
      }
    }
  }
}

TEST(InspectTest, PrintsTheStructure) {
  const Inspected print = Inspect(Encoded(true));
  EXPECT_TRUE(print.status.ok()) << print.status.ToString();
  for (const char* words :
       {"header and table", "manifest ", "right", "v0  ?x3x8x8 'image'", "tensor 0 'conv1.weight'",
        "6x3x3x3, table of 4 f", "the first an implied 0", "tensor 1 'conv1.bias': 6, float",
        "by rows",
        "entries of 2 bits; codes: ", "Conv(v0, v1, v2) pads = [1, 1, 1, 1] 'conv1_node'",
        "MaxPool(v11) kernel_shape = [2, 2], strides = [2, 2]", "epsilon = 0.001",
        "v19  ?x4 'scores'", "bytes of float32 before compression, opset 13",
        "input scale 0.003921569"}) {
    EXPECT_THAT(print.text, HasSubstr(words));
  }
  EXPECT_THAT(Inspect(Encoded(false)).text, Not(HasSubstr("conv1")));
}

TEST(InspectTest, DamagedFilesAreShownAsFarAsTheyGo) {
  Bytes file = AddFile(kTwoNumbers);
  file.back() ^= 1;
  const Inspected flipped = Inspect(file);
  EXPECT_EQ(flipped.status.code(), StatusCode::kBadInput);
  EXPECT_THAT(flipped.text, HasSubstr("wrong"));
  EXPECT_THAT(flipped.text, HasSubstr("Add(v0, v1)"));  // the manifest is intact
  file.pop_back();
  EXPECT_THAT(Inspect(file).text, HasSubstr("cut short"));

  const Bytes nothing = {'P', 'K', 3, 4};
  EXPECT_EQ(Inspect(nothing).text, "");
  EXPECT_FALSE(Inspect(nothing).status.ok());
  EXPECT_THAT(Inspect(nothing, {.hex = true}).text, HasSubstr("not a .dcz file"));
}

TEST(InspectTest, ASectionThatComesAgainIsCoveredOnce) {
  const Bytes file = AddFile(kTwoNumbers);
  const InspectedFile once = TakeApart(file);
  const auto manifest = once.container.sections[0].stored;
  const Bytes twice =
      HandFile({{1, Bytes(manifest.begin(), manifest.end())}, {5, kTwoNumbers}, {5, {1, 2, 3}}});
  const auto parts = MarkFile(TakeApart(twice), twice);
  ASSERT_EQ(parts.size(), 1u);
  ExpectCover(parts[0].fields, twice.size(), "twice");
  EXPECT_EQ(parts[0].fields.back().text, "values section");
}

TEST(InspectTest, ManyCompressedSectionsAreNotAllDecompressed) {
  // 4 MB of zeros in a few hundred bytes, two hundred times over.
  const auto packed = ZstdCompress(Bytes(4 << 20));
  ASSERT_TRUE(packed.ok());
  std::vector<format::HandSection> sections(200, {0x85, *packed, 4 << 20});
  const Bytes file = HandFile(sections);
  const InspectedFile inspected = TakeApart(file);
  size_t decompressed = 0;
  for (const InspectedSection& section : inspected.container.sections) {
    decompressed += !section.raw().empty();
  }
  EXPECT_EQ(decompressed, 1u);
  EXPECT_FALSE(Inspect(file).status.ok());
}

}  // namespace
}  // namespace dc
