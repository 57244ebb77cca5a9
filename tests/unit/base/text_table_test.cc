#include "base/text_table.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(TextTable, AlignsTheFirstColumnLeftAndTheOthersRight) {
  TextTable table;
  table.Add({"layer", "bytes"});
  table.Add({"fc", "7"});
  table.Add({"conv_long", "1,234"});
  EXPECT_EQ(table.ToString(),
            "layer      bytes\n"
            "----------------\n"
            "fc             7\n"
            "conv_long  1,234\n");
}

TEST(TextTable, EmptyTableIsEmpty) { EXPECT_EQ(TextTable().ToString(), ""); }

TEST(Thousands, GroupsByThree) {
  EXPECT_EQ(Thousands(0), "0");
  EXPECT_EQ(Thousands(999), "999");
  EXPECT_EQ(Thousands(1000), "1,000");
  EXPECT_EQ(Thousands(1066440), "1,066,440");
}

TEST(Fixed, Rounds) {
  EXPECT_EQ(Fixed(1.005, 1), "1.0");
  EXPECT_EQ(Fixed(39.96, 1), "40.0");
  EXPECT_EQ(Fixed(-0.25, 2), "-0.25");
}

}  // namespace
}  // namespace dc
