// docs/format.md against the code and the golden files.
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

#include "dc/files.h"
#include "dc/inspect.h"
#include "format/layout.h"

namespace dc {
namespace {

std::string Document() {
  const auto bytes = ReadFile(DC_TESTS_DIR "/../docs/format.md");
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : "";
}

// The blocks between "<!-- dc-inspect --spec: NAME -->" and "<!-- end -->", by name.
std::map<std::string, std::string> Blocks(const std::string& document) {
  const std::string open = "<!-- dc-inspect --spec: ", close = " -->\n", end = "<!-- end -->";
  std::map<std::string, std::string> blocks;
  for (size_t at = 0; (at = document.find(open, at)) != std::string::npos;) {
    at += open.size();
    const size_t name_end = document.find(close, at), block_end = document.find(end, at);
    if (name_end == std::string::npos || block_end == std::string::npos) break;
    const std::string name = document.substr(at, name_end - at);
    const size_t begin = name_end + close.size();
    EXPECT_TRUE(blocks.emplace(name, document.substr(begin, block_end - begin)).second) << name;
  }
  return blocks;
}

TEST(FormatDocumentTest, HasTheTablesThatTheCodeGenerates) {
  std::map<std::string, std::string> blocks = Blocks(Document());
  for (const SpecTable& table : FormatSpec()) {
    EXPECT_EQ(blocks[table.name], table.text)
        << "docs/format.md, block " << table.name << ": paste the output of dc-inspect --spec";
    blocks.erase(table.name);
  }
  for (const auto& [name, text] : blocks) ADD_FAILURE() << "nothing generates block " << name;
}

TEST(FormatDocumentTest, ShowsTheBytesOfTheExample) {
  // Lines of the dump: offset, two spaces, bytes, and whatever stands after two more spaces.
  const std::string document = Document();
  const std::string fence = "```hexdump\n";
  const size_t begin = document.find(fence);
  ASSERT_NE(begin, std::string::npos);
  const size_t end = document.find("```", begin + fence.size());
  std::istringstream lines(document.substr(begin + fence.size(), end - begin - fence.size()));
  std::vector<uint8_t> bytes;
  std::string line;
  while (std::getline(lines, line)) {
    const size_t start = line.find("  ");
    if (start == std::string::npos) continue;
    EXPECT_EQ(std::stoul(line.substr(0, start), nullptr, 16), bytes.size()) << line;
    const size_t stop = line.find("  ", start + 2);
    std::istringstream numbers(line.substr(start + 2, stop - start - 2));
    std::string number;
    while (numbers >> number) {
      bytes.push_back(static_cast<uint8_t>(std::stoul(number, nullptr, 16)));
    }
  }
  const auto example = ReadFile(DC_TESTS_DIR "/golden/v1/example.dcz");
  ASSERT_TRUE(example.ok());
  EXPECT_EQ(bytes, *example);
}

TEST(FormatDocumentTest, NamesTheVersionItDescribes) {
  const std::string version = "version " + std::to_string(format::kMajorVersion) + "." +
                              std::to_string(format::kMinorVersion);
  EXPECT_NE(Document().find(version), std::string::npos);
}

}  // namespace
}  // namespace dc
