#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "dc/inspect.h"
#include "format/codebook.h"
#include "format/layout.h"
#include "format/ops.h"
#include "inspect/format_names.h"

namespace dc {
namespace {

using testing::HasSubstr;

std::string Table(const std::string& name) {
  for (const SpecTable& table : FormatSpec()) {
    if (table.name == name) return table.text;
  }
  ADD_FAILURE() << "no table " << name;
  return "";
}

TEST(FormatSpecTest, EveryRowHasAsManyCellsAsItsHeading) {
  std::set<std::string> names;
  for (const SpecTable& table : FormatSpec()) {
    EXPECT_TRUE(names.insert(table.name).second) << table.name;
    std::istringstream lines(table.text);
    std::string line, heading;
    std::getline(lines, heading);
    EXPECT_TRUE(std::getline(lines, line) && line.starts_with("|---|")) << table.name;
    while (std::getline(lines, line)) {
      EXPECT_EQ(std::count(line.begin(), line.end(), '|'),
                std::count(heading.begin(), heading.end(), '|'))
          << line;
    }
  }
}

TEST(FormatSpecTest, EveryFieldOfTheManifestHasAMeaning) {
  for (const char* message : {"Manifest", "Tensor", "Node", "Input", "Output", "Property"}) {
    const std::string table = Table(message);
    EXPECT_EQ(table.find("| |"), std::string::npos) << message << " in\n" << table;
  }
  EXPECT_THAT(Table("Tensor"), HasSubstr("| 1 | shape | repeated uint64 | "));
  EXPECT_THAT(Table("Manifest"), HasSubstr("| 1 | tensors | repeated Tensor | "));
  EXPECT_THAT(Table("Node"), HasSubstr("| 3 | ints | repeated sint64 | "));
}

TEST(FormatSpecTest, ListsEveryNumberOfTheFormat) {
  for (int kind = 1; kind <= format::kMaxKnownKind; ++kind) {
    EXPECT_THAT(SectionName(kind), testing::Not(HasSubstr("kind"))) << kind;
  }
  EXPECT_EQ(SectionName(format::kMaxKnownKind + 1),
            "kind " + std::to_string(format::kMaxKnownKind + 1));
  const std::string forms = Table("plain-forms") + Table("coded-forms");
  for (int form = 0; form < 256; ++form) {
    const std::string name = format::NameOf(static_cast<format::Form>(form));
    if (name == "unknown") continue;
    EXPECT_THAT(forms, HasSubstr("| " + std::to_string(form) + " | " + name + " | "));
  }
  // Both fields of the coding header have two bits.
  EXPECT_EQ(PositionCodings().size(), 4u);
  EXPECT_EQ(StreamCoders().size(), 4u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(PositionCodings()[static_cast<size_t>(i)].number, i);
    EXPECT_EQ(StreamCoders()[static_cast<size_t>(i)].number, i);
  }
}

TEST(FormatSpecTest, SpellsOutOperatorsAndLimits) {
  const std::string operators = Table("operators");
  EXPECT_THAT(operators,
              HasSubstr("| 1 | Conv | 2–3 | pads[], strides[], group = 1, dilations[] | |\n"));
  EXPECT_THAT(operators,
              HasSubstr("| 2 | Gemm | 2–3 | transB = 0, transA = 0 | alpha = 1, beta = 1 |\n"));
  EXPECT_EQ(std::count(operators.begin(), operators.end(), '\n'),
            static_cast<std::ptrdiff_t>(op::FileOperators().size() + 2));
  const std::string limits = Table("limits");
  EXPECT_THAT(limits, HasSubstr("| 65,536 + 256 × its stored size |"));
  EXPECT_THAT(limits, HasSubstr("| 4,194,304 + 1,024 × F |"));
}

}  // namespace
}  // namespace dc
