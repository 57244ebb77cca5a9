// dc-inspect on every golden file, good and bad.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "dc/decode.h"
#include "dc/files.h"
#include "dc/inspect.h"
#include "inspect/inspect_file.h"
#include "unit/inspect/marked_cover.h"

namespace dc {
namespace {

void ExpectEveryByteOnce(const std::vector<uint8_t>& file, const std::string& name) {
  const InspectedFile inspected = TakeApart(file);
  const std::vector<MarkedBytes> parts = MarkFile(inspected, file);
  ASSERT_GE(parts.size(), 1u);
  EXPECT_EQ(parts[0].bytes.size(), file.size());
  for (const MarkedBytes& part : parts) {
    ExpectCover(part.fields, part.bytes.size(), name + " " + part.name);
  }
}

TEST(InspectGoldenTest, MarksEveryByteOfEveryFileOnce) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DC_TESTS_DIR "/golden/v1")) {
    if (entry.path().extension() != ".dcz") continue;
    const std::string name = entry.path().filename().string();
    const auto file = ReadFile(entry.path().string());
    ASSERT_TRUE(file.ok()) << file.status().ToString();
    ++files;
    ExpectEveryByteOnce(*file, name);
    // The error is the one that decoding gives.
    const auto silent = [](const std::string&) {};
    EXPECT_EQ(InspectFile(*file, {}, silent).ToString(), DecodeModel(*file).status().ToString());
    if (name.starts_with("bad_")) continue;
    for (const MarkedBytes& part : MarkFile(TakeApart(*file), *file)) {
      for (const ByteField& field : part.fields) {
        EXPECT_THAT(field.text, testing::Not(testing::HasSubstr("damaged"))) << name;
        EXPECT_THAT(field.text, testing::Not(testing::HasSubstr("after the last"))) << name;
      }
    }
  }
  EXPECT_GE(files, 30);
}

TEST(InspectGoldenTest, CoversTruncatedAndDamagedFiles) {
  for (const char* name : {"example", "conv_names", "fc_zstd"}) {
    const auto good = ReadFile(std::string(DC_TESTS_DIR "/golden/v1/") + name + ".dcz");
    ASSERT_TRUE(good.ok());
    for (size_t i = 0; i < good->size(); ++i) {
      ExpectEveryByteOnce({good->begin(), good->begin() + static_cast<std::ptrdiff_t>(i)}, name);
      std::vector<uint8_t> damaged = *good;
      damaged[i] ^= static_cast<uint8_t>(1 + i % 255);
      ExpectEveryByteOnce(damaged, name);
    }
  }
}

}  // namespace
}  // namespace dc
