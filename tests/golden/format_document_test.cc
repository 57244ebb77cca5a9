// docs/format.md against the code and the golden files.
#include <gtest/gtest.h>

#include <map>
#include <sstream>
#include <string>

#include "dc/files.h"
#include "dc/inspect.h"
#include "format/layout.h"
#include "golden/document_blocks.h"

namespace dc {
namespace {

std::string FormatDocument() { return Document("format.md"); }

TEST(FormatDocumentTest, HasTheTablesThatTheCodeGenerates) {
  std::map<std::string, std::string> blocks = Blocks(FormatDocument(), "dc-inspect --spec");
  for (const SpecTable& table : FormatSpec()) {
    EXPECT_EQ(blocks[table.name], table.text)
        << "docs/format.md, block " << table.name << ": paste the output of dc-inspect --spec";
    blocks.erase(table.name);
  }
  for (const auto& [name, text] : blocks) ADD_FAILURE() << "nothing generates block " << name;
}

TEST(FormatDocumentTest, ShowsTheBytesOfTheExample) {
  // Lines of the dump: offset, two spaces, bytes, and whatever stands after two more spaces.
  const std::string document = FormatDocument();
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
  EXPECT_NE(FormatDocument().find(version), std::string::npos);
}

}  // namespace
}  // namespace dc
