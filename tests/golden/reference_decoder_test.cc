// docs/reference_decoder, a decoder written from docs/format.md alone, against the golden files.
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace dc {
namespace {

std::string Text(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Outcome {
  int exit_code;
  std::string output, errors;
};

// Runs the reference decoder; the paths of the golden files hold no quotes.
Outcome DecodeFile(const std::filesystem::path& file) {
  const std::string errors = testing::TempDir() + "reference_decoder_errors.txt";
  const std::string command =
      std::string("'" DC_REFERENCE_DECODER "' '") + file.string() + "' 2>'" + errors + "'";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return {-1, "", "popen failed"};
  std::string output;
  char part[4096];
  for (size_t size; (size = fread(part, 1, sizeof(part), pipe)) > 0;) output.append(part, size);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output, Text(errors)};
}

std::vector<std::filesystem::path> Files(bool bad) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(DC_TESTS_DIR "/golden/v1")) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() != ".dcz") continue;
    if (path.filename().string().starts_with("bad_") == bad) files.push_back(path);
  }
  return files;
}

TEST(ReferenceDecoderTest, DecodesEveryGoldenFile) {
  const auto files = Files(false);
  EXPECT_GE(files.size(), 31u);
  for (std::filesystem::path path : files) {
    const Outcome outcome = DecodeFile(path);
    EXPECT_EQ(outcome.exit_code, 0) << path;
    EXPECT_EQ(outcome.errors, "") << path;
    EXPECT_EQ(outcome.output, Text(path.replace_extension(".txt"))) << path;
  }
}

TEST(ReferenceDecoderTest, RefusesEveryBadFileInOneLine) {
  const auto files = Files(true);
  EXPECT_GE(files.size(), 28u);
  for (const std::filesystem::path& path : files) {
    const Outcome outcome = DecodeFile(path);
    EXPECT_EQ(outcome.exit_code, 3) << path << ": " << outcome.errors;
    EXPECT_EQ(outcome.output, "") << path;
    EXPECT_EQ(std::count(outcome.errors.begin(), outcome.errors.end(), '\n'), 1) << outcome.errors;
    EXPECT_NE(outcome.errors.find(path.filename().string()), std::string::npos) << outcome.errors;
  }
}

// What it shares with the library is the format, so it must not share code.
TEST(ReferenceDecoderTest, IncludesTheStandardLibraryAndZstdAlone) {
  const std::filesystem::path folder = DC_TESTS_DIR "/../docs/reference_decoder";
  const std::regex include("\\s*#\\s*include\\b.*");
  const std::regex standard("#include <([a-z_0-9]+|zstd\\.h)>"), own("#include \"([a-z_]+\\.h)\"");
  int files = 0, includes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".cc" && entry.path().extension() != ".h") continue;
    ++files;
    std::ifstream source(entry.path());
    for (std::string line; std::getline(source, line);) {
      if (!std::regex_match(line, include)) continue;
      ++includes;
      std::smatch name;
      const bool from_here = std::regex_match(line, name, own);
      EXPECT_TRUE(from_here ? std::filesystem::exists(folder / name[1].str())
                            : std::regex_match(line, standard))
          << entry.path() << ": " << line;
    }
  }
  EXPECT_GE(files, 10);
  EXPECT_GE(includes, files);
}

}  // namespace
}  // namespace dc
