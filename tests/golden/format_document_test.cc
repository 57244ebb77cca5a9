// docs/format.md against the code and the golden files.
#include <gtest/gtest.h>

#include <cctype>
#include <sstream>
#include <string>

#include "dc/files.h"
#include "format/layout.h"
#include "format/ops.h"

namespace dc {
namespace {

std::string Document() {
  const auto bytes = ReadFile(DC_TESTS_DIR "/../docs/format.md");
  EXPECT_TRUE(bytes.ok()) << bytes.status().ToString();
  return bytes.ok() ? std::string(bytes->begin(), bytes->end()) : "";
}

// The row of the operator table for `spec`: "| 2 | Gemm | 2–3 | transB, transA | alpha = 1, ... |".
std::string Row(const format::OpSpec& spec) {
  std::ostringstream row;
  row << "| " << static_cast<int>(spec.op) << " | " << spec.name << " | " << spec.min_inputs;
  if (spec.max_inputs != spec.min_inputs) row << "–" << spec.max_inputs;
  std::string ints, floats;
  for (const format::AttributeSpec& attribute : spec.attributes) {
    std::ostringstream text;
    text << attribute.name;
    if (attribute.type == format::AttributeType::kInt) text << " = " << attribute.int_default;
    if (attribute.type == format::AttributeType::kInts) text << "[]";
    if (attribute.type == format::AttributeType::kFloat) text << " = " << attribute.float_default;
    std::string& list = attribute.type == format::AttributeType::kFloat ? floats : ints;
    list += (list.empty() ? "" : ", ") + text.str();
  }
  row << " | " << ints << " | " << floats << " |";
  return row.str();
}

TEST(FormatDocumentTest, ListsEveryOperatorAsTheCodeHasIt) {
  const std::string document = Document();
  for (const format::OpSpec& spec : format::AllOps()) {
    EXPECT_NE(document.find(Row(spec)), std::string::npos) << "missing: " << Row(spec);
  }
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
