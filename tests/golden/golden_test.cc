// Files that earlier versions wrote, and files that must be refused.
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "dc/decode.h"
#include "dc/files.h"
#include "dc/runtime.h"
#include "entropy/dec/coding_header.h"
#include "entropy/dec/zstd.h"
#include "format/reader.h"
#include "golden/golden_summary.h"

namespace dc {
namespace {

std::vector<std::filesystem::path> Files(bool must_fail) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(DC_TESTS_DIR "/golden/v1")) {
    if (entry.path().extension() != ".dcz") continue;
    if (entry.path().filename().string().starts_with("bad_") == must_fail) {
      files.push_back(entry.path());
    }
  }
  return files;
}

std::vector<uint8_t> Bytes(const std::filesystem::path& path) {
  const auto bytes = ReadFile(path.string());
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? *bytes : std::vector<uint8_t>{};
}

std::string Expectation(std::filesystem::path path) {
  const std::vector<uint8_t> bytes = Bytes(path.replace_extension(".txt"));
  return std::string(bytes.begin(), bytes.end());
}

TEST(GoldenTest, DecodesToTheSameCodesAndCentroids) {
  const auto files = Files(false);
  EXPECT_GE(files.size(), 12u);
  for (const auto& path : files) {
    const std::vector<uint8_t> bytes = Bytes(path);
    EXPECT_LT(bytes.size(), 2048u) << path;
    const auto graph = DecodeModel(bytes);
    ASSERT_TRUE(graph.ok()) << path << ": " << graph.status().ToString();
    EXPECT_EQ(Summary(*graph), Expectation(path)) << path;
  }
}

TEST(GoldenTest, LoadsAndRuns) {
  for (const auto& path : Files(false)) {
    auto session = Session::Load(Bytes(path), {});
    ASSERT_TRUE(session.ok()) << path << ": " << session.status().ToString();
    const size_t inputs = FloatsOf(session->input().shape, 1);
    const size_t outputs = FloatsOf(session->output().shape, 1);
    const std::vector<float> input(2 * inputs, 0.5f);
    std::vector<float> output(2 * outputs, -1.0f);
    EXPECT_TRUE(session->Run(2, input, output).ok()) << path;
    for (size_t i = 0; i < outputs; ++i) EXPECT_EQ(output[i], output[outputs + i]) << path;
  }
}

TEST(GoldenTest, RefusesWithTheErrorOfTheTextBeside) {
  const auto files = Files(true);
  EXPECT_GE(files.size(), 17u);
  for (const auto& path : files) {
    const std::vector<uint8_t> bytes = Bytes(path);
    const Status decoded = DecodeModel(bytes).status();
    EXPECT_EQ(decoded.what() + "\n", Expectation(path)) << path;
    EXPECT_TRUE(decoded.code() == StatusCode::kBadInput ||
                decoded.code() == StatusCode::kUnsupported);
    EXPECT_FALSE(Session::Load(bytes, {}).ok()) << path;
  }
}

// Together the files show all that a weight's coding header can say.
TEST(GoldenTest, HasEveryLayoutAndCoder) {
  std::set<std::string> seen;
  for (const auto& path : Files(false)) {
    const std::vector<uint8_t> bytes = Bytes(path);
    const auto file = format::File::Open(bytes, &ZstdDecompress);
    ASSERT_TRUE(file.ok()) << path;
    for (size_t i = 0; i < file->manifest().tensors.size(); ++i) {
      const format::TensorEntry& entry = file->manifest().tensors[i];
      if (entry.value_bytes > 0) seen.insert("values without zeros");
      if (entry.codebook_bytes > 0) seen.insert("sorted codebook");
      if (!entry.has_codes()) continue;
      if (entry.form == format::Form::kHashed) {
        seen.insert("codes of a hash");
        continue;
      }
      size_t header_bytes = 0;
      const auto coding = ReadWeightCoding(file->Streams(i).codes, &header_bytes);
      ASSERT_TRUE(coding.ok()) << path;
      const std::string positions = KeywordOf(coding->positions);
      seen.insert(positions + (coding->column_major ? " by columns" : " by rows"));
      seen.insert(positions + ", codes " + KeywordOf(coding->code_coder));
      seen.insert(positions + ", positions " + KeywordOf(coding->position_coder));
      if (coding->rows_flagged) seen.insert("rows flagged");
      if (coding->columns_flagged) seen.insert("columns flagged");
    }
  }
  for (const char* what : {"dense by rows",          "gaps by rows",
                           "gaps by columns",        "escape by rows",
                           "escape by columns",      "bitmask by rows",
                           "dense, codes raw",       "dense, codes huffman",
                           "dense, codes huffman4",  "dense, codes context",
                           "gaps, codes raw",        "gaps, codes huffman",
                           "gaps, positions raw",    "gaps, positions huffman",
                           "bitmask, positions raw", "bitmask, positions context",
                           "bitmask, codes raw",     "bitmask, codes context",
                           "escape, codes context",  "rows flagged",
                           "columns flagged",        "sorted codebook",
                           "codes of a hash",        "values without zeros"}) {
    EXPECT_TRUE(seen.count(what)) << what;
  }
}

// Every change of one byte and every truncation of four files is refused.
TEST(GoldenTest, NoticesEveryDamagedByte) {
  for (const char* name : {"fc_ternary", "conv_names", "fc_zstd", "context_kernels"}) {
    const std::vector<uint8_t> good =
        Bytes(std::string(DC_TESTS_DIR "/golden/v1/") + name + ".dcz");
    for (size_t i = 0; i < good.size(); ++i) {
      for (int change = 1; change < 256; ++change) {
        std::vector<uint8_t> damaged = good;
        damaged[i] ^= static_cast<uint8_t>(change);
        ASSERT_FALSE(DecodeModel(damaged).ok()) << name << ", byte " << i << " ^ " << change;
      }
      ASSERT_FALSE(DecodeModel(std::span(good).first(i)).ok()) << name << " cut at " << i;
    }
  }
}

}  // namespace
}  // namespace dc
