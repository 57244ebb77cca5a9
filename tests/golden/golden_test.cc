// Files that earlier versions wrote, and files that must be refused.
#include <gtest/gtest.h>

#include <filesystem>

#include "dc/decode.h"
#include "dc/files.h"
#include "dc/runtime.h"
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
    size_t inputs = 1, outputs = 1;
    for (size_t d = 1; d < session->input().shape.size(); ++d) {
      inputs *= static_cast<size_t>(session->input().shape[d]);
    }
    for (size_t d = 1; d < session->output_shape().size(); ++d) {
      outputs *= static_cast<size_t>(session->output_shape()[d]);
    }
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

// Every change of one byte and every truncation of three files is refused.
TEST(GoldenTest, NoticesEveryDamagedByte) {
  for (const char* name : {"fc_ternary", "conv_names", "fc_zstd"}) {
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
