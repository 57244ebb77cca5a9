#include "format/reader.h"

#include <gtest/gtest.h>

#include "base/rng.h"
#include "entropy/dec/zstd.h"
#include "entropy/enc/zstd_compress.h"
#include "format/writer.h"
#include "unit/format/container_builder.h"
#include "unit/format/sample_manifest.h"

namespace dc::format {
namespace {

Status OpenStatus(const Bytes& bytes) { return File::Open(bytes, &ZstdDecompress).status(); }

// Relu on an input of 2: the smallest manifest there is.
Message ReluManifest() {
  Message manifest;
  manifest.Sub(2, Message().Number(1, 7));
  manifest.Sub(3, Message().Packed(1, {0, 2}));
  manifest.Sub(4, Message());
  return manifest;
}

// The same network with one plain tensor of `shape` that nobody reads.
Message TensorManifest(const Message& tensor) {
  Message manifest = ReluManifest();
  manifest.Sub(1, tensor);
  return manifest;
}

std::vector<uint8_t> SampleFile() {
  const Sample sample = MakeSample();
  return *WriteFile(sample.manifest, sample.tensors, &ZstdCompress);
}

// What a few compressed bytes may ask for is limited before it is decoded, list by list and message
// by message.
TEST(ReaderTest, RefusesManifestsThatAreLargerThanTheirFile) {
  const auto file = [](const Message& manifest) {
    const auto stored = ZstdCompress(manifest.bytes());
    EXPECT_TRUE(stored.ok());
    return HandFile({{0x81, *stored, manifest.bytes().size()}});
  };
  Message properties = ReluManifest();
  for (size_t i = 0; i <= kMaxProperties; ++i) properties.Sub(13, Message());
  Status status = OpenStatus(file(properties));
  EXPECT_EQ(status.code(), StatusCode::kBadInput) << status.ToString();
  EXPECT_NE(status.ToString().find("too many entries"), std::string::npos) << status.ToString();

  // Numbers of a byte each, more than the limit of a megabyte and a bit; the names around them keep
  // the compressed section large enough for its raw size.
  Rng rng(1);
  Bytes name(20'000);
  for (uint8_t& byte : name) byte = static_cast<uint8_t>(rng.Below(256));
  const size_t most = MaxManifestNumbers(0) + 17 * name.size();
  for (const size_t numbers : {most / 2, most}) {
    Message manifest;
    manifest.Sub(2, Message().Number(1, 7).Packed(3, std::vector<uint64_t>(numbers, 0)));
    manifest.Sub(3, Message().Packed(1, {0, 2}));
    manifest.Sub(4, Message()).Data(12, name);
    status = OpenStatus(file(manifest));
    EXPECT_EQ(status.code(), StatusCode::kBadInput) << status.ToString();
    const bool refused = status.ToString().find("too many numbers") != std::string::npos;
    EXPECT_EQ(refused, numbers == most) << status.ToString();
  }
}

TEST(ReaderTest, OpensAFileMadeByHand) {
  const Bytes bytes = HandFile({{1, ReluManifest().bytes()}});
  const auto file = File::Open(bytes, &ZstdDecompress);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  const Manifest& manifest = file->manifest();
  EXPECT_EQ(manifest.inputs[0].shape, (std::vector<int64_t>{-1, 2}));
  ASSERT_EQ(manifest.nodes.size(), 1u);
  EXPECT_EQ(manifest.nodes[0].op, Op::kRelu);
  EXPECT_EQ(manifest.nodes[0].inputs, std::vector<uint32_t>{0});
  EXPECT_EQ(manifest.outputs[0].value, 1u);
  EXPECT_EQ(manifest.opset, 13u);
  EXPECT_FALSE(manifest.scaling.scale.has_value());
  // 7 header bytes, 2 of the table, the manifest, two checksums.
  const ByteMap expected = {
      {"header", 7},    {"table", 2},    {"manifest", ReluManifest().bytes().size()},
      {"codebooks", 0}, {"codes", 0},    {"gaps", 0},
      {"biases", 0},    {"checksums", 8}};
  EXPECT_EQ(file->byte_map(), expected);
}

TEST(ReaderTest, RefusesWhatIsNoDczFile) {
  EXPECT_EQ(OpenStatus({}).what(), "not a .dcz file");
  EXPECT_EQ(OpenStatus({0x89, 'D', 'C'}).what(), "not a .dcz file");
  EXPECT_EQ(OpenStatus({'O', 'N', 'N', 'X', 0, 0, 0, 0}).what(), "not a .dcz file");
}

TEST(ReaderTest, RefusesANewerMajorVersionInWords) {
  const Status status = OpenStatus(HandFile({{1, ReluManifest().bytes()}}, 2));
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_EQ(status.what(), "format version 2.0 is newer than this program, which reads 1.x");
  EXPECT_EQ(OpenStatus(HandFile({{1, ReluManifest().bytes()}}, 0)).code(), StatusCode::kBadInput);
}

TEST(ReaderTest, SkipsUnknownOptionalSectionsAndRefusesRequiredOnes) {
  const Bytes manifest = ReluManifest().bytes();
  const Bytes bytes = HandFile({{1, manifest}, {0x40 | 30, {1, 2, 3}}});
  const auto file = File::Open(bytes, &ZstdDecompress);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  EXPECT_EQ(file->byte_map().back(), (std::pair<std::string, uint64_t>{"other", 3}));
  EXPECT_EQ(OpenStatus(HandFile({{1, manifest}, {30, {1, 2, 3}}})).code(),
            StatusCode::kUnsupported);
  Bytes damaged = bytes;
  damaged.back() ^= 1;
  EXPECT_EQ(OpenStatus(damaged).what(), "damaged section: checksum mismatch");
}

TEST(ReaderTest, RefusesSectionsOutOfPlace) {
  const Bytes manifest = ReluManifest().bytes();
  EXPECT_EQ(OpenStatus(HandFile({{1, manifest}, {1, manifest}})).what(), "sections out of order");
  EXPECT_EQ(OpenStatus(HandFile({{0x42, manifest}, {1, manifest}})).what(),
            "sections out of order");
  EXPECT_EQ(OpenStatus(HandFile({{1, manifest}, {5, {}}})).what(), "empty section");
  EXPECT_EQ(OpenStatus(HandFile({{1, manifest}, {5, {1}}})).what(),
            "section longer than its streams");
  Bytes trailing = HandFile({{1, manifest}});
  trailing.push_back(0);
  EXPECT_EQ(OpenStatus(trailing).what(), "bytes after the last section");
  EXPECT_EQ(OpenStatus(HandFile({})).what(), "impossible number of inputs");
}

TEST(ReaderTest, RefusesSectionsThatDecompressToTooMuch) {
  const Bytes zeros(5000, 0);
  const Bytes packed = *ZstdCompress(zeros);
  EXPECT_EQ(OpenStatus(HandFile({{0x81, packed, uint64_t{1} << 40}})).what(),
            "section decompresses to more than a file of this size may hold");
  EXPECT_EQ(OpenStatus(HandFile({{1, ReluManifest().bytes()}, {0x85, packed, 1u << 30}})).what(),
            "section decompresses to more than a file of this size may hold");
  // A false size within the limit.
  EXPECT_EQ(OpenStatus(HandFile({{1, ReluManifest().bytes()}, {0x85, packed, 4999}})).what(),
            "damaged zstd data");
  EXPECT_EQ(OpenStatus(HandFile({{1, ReluManifest().bytes()}, {0x85, packed, 5000}})).what(),
            "section longer than its streams");
}

TEST(ReaderTest, RefusesHostileTensors) {
  auto status = [](const Message& tensor) {
    return OpenStatus(HandFile({{1, TensorManifest(tensor).bytes()}})).what();
  };
  const uint64_t max32 = 0xFFFFFFFF;
  EXPECT_EQ(status(Message().Packed(1, {max32, max32})), "impossible shape");
  EXPECT_EQ(status(Message().Packed(1, {3000, 3000})),
            "more elements than a file of this size may hold");
  EXPECT_EQ(status(Message().Packed(1, {0})), "impossible shape");
  EXPECT_EQ(status(Message().Packed(1, {7})), "streams reach beyond their section");
  EXPECT_EQ(status(Message().Packed(1, {7}).Number(2, 2).Number(3, 2).Number(4, ~uint64_t{0})),
            "streams reach beyond their section");
  EXPECT_EQ(status(Message().Packed(1, {7}).Number(2, 9)),
            "form number 9 is not known to this version");
}

TEST(ReaderTest, RefusesHostileGraphs) {
  auto status = [](const Message& node) {
    Message manifest = ReluManifest();
    manifest.Sub(2, node);
    return OpenStatus(HandFile({{1, manifest.bytes()}})).what();
  };
  EXPECT_EQ(status(Message().Number(1, 7).Packed(2, {3})), "reads a value that is not there yet");
  EXPECT_EQ(status(Message().Number(1, 7).Packed(2, {0})), "reads a value that is not there yet");
  EXPECT_EQ(status(Message().Number(1, 7).Packed(2, {0xFFFFFFFF})),
            "reads a value that is not there yet");
  EXPECT_EQ(status(Message().Number(1, 1)), "wrong number of inputs");  // no tensors left
  EXPECT_EQ(status(Message().Number(1, 250)), "operator number 250 is not known to this version");
  EXPECT_EQ(status(Message().Number(1, 17).Packed(3, {200, 1})), "wrong number of attributes");
  EXPECT_EQ(status(Message()), "operator number 0 is not known to this version");
}

TEST(ReaderTest, RefusesFloodsOfEntries) {
  Message manifest = ReluManifest();
  for (int i = 0; i < 16384; ++i) manifest.Sub(2, Message().Number(1, 7));
  const Status status = OpenStatus(HandFile({{1, manifest.bytes()}}));
  EXPECT_EQ(status.what(), "damaged manifest: too many entries");
}

TEST(ReaderTest, RefusesBrokenProtobuf) {
  auto ok = [](const Bytes& manifest) { return OpenStatus(HandFile({{1, manifest}})).ok(); };
  const Bytes good = ReluManifest().bytes();
  ASSERT_TRUE(ok(good));
  for (size_t cut = 1; cut < good.size(); ++cut) ok(Bytes(good.begin(), good.begin() + cut));
  Bytes overlong = good;
  overlong.insert(overlong.end(), {0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F});
  EXPECT_FALSE(ok(overlong));
  Bytes wrong_type = good;
  wrong_type.insert(wrong_type.end(), {0x08, 0x01});  // tensors as a number
  EXPECT_FALSE(ok(wrong_type));
  Bytes unknown = good;
  unknown.insert(unknown.end(), {0xA0, 0x06, 0x01});  // field 100: skipped
  EXPECT_TRUE(ok(unknown));
}

TEST(ReaderTest, NoticesEverySingleByteChange) {
  const Bytes good = SampleFile();
  ASSERT_TRUE(OpenStatus(good).ok());
  for (size_t i = 0; i < good.size(); ++i) {
    for (int value = 1; value < 256; ++value) {
      Bytes damaged = good;
      damaged[i] ^= static_cast<uint8_t>(value);
      ASSERT_FALSE(OpenStatus(damaged).ok()) << "byte " << i << " xor " << value;
    }
  }
}

TEST(ReaderTest, NoticesEveryTruncation) {
  const Bytes good = SampleFile();
  for (size_t size = 0; size < good.size(); ++size) {
    ASSERT_FALSE(OpenStatus(Bytes(good.begin(), good.begin() + static_cast<long>(size))).ok());
  }
}

TEST(ReaderTest, StreamsSurviveAMove) {
  Sample sample = MakeSample();
  sample.manifest.tensors[1].shape = {1000};
  sample.tensors[1].values.assign(4000, 0);  // compressed: owned by the File
  const Bytes bytes = *WriteFile(sample.manifest, sample.tensors, &ZstdCompress);
  auto opened = File::Open(bytes, &ZstdDecompress);
  ASSERT_TRUE(opened.ok());
  const File moved = std::move(*opened);
  const auto values = moved.Streams(1).values;
  EXPECT_EQ(Bytes(values.begin(), values.end()), sample.tensors[1].values);
}

}  // namespace
}  // namespace dc::format
