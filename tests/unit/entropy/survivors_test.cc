#include "entropy/enc/survivors.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

TEST(SurvivorsTest, ScansRowsAndColumns) {
  // 0 7 0
  // 5 0 6
  const MatrixShape shape{2, 3};
  const std::vector<uint16_t> codes = {0, 7, 0, 5, 0, 6};
  const KeptLines all = {{0, 1}, {0, 1, 2}};
  const Survivors rows = ScanSurvivors(shape, codes, all, false);
  EXPECT_EQ(rows.codes, (std::vector<uint16_t>{7, 5, 6}));
  EXPECT_EQ(rows.gaps, (std::vector<uint32_t>{1, 1, 1}));
  const Survivors columns = ScanSurvivors(shape, codes, all, true);  // 0 5 7 0 0 6
  EXPECT_EQ(columns.codes, (std::vector<uint16_t>{5, 7, 6}));
  EXPECT_EQ(columns.gaps, (std::vector<uint32_t>{1, 0, 2}));
}

TEST(SurvivorsTest, LeavesEmptyLinesOut) {
  // 0 0 0 0
  // 4 0 0 5
  // 0 0 0 0
  // 0 0 0 6
  const MatrixShape shape{4, 4};
  std::vector<uint16_t> codes(16, 0);
  codes[4] = 4;
  codes[7] = 5;
  codes[15] = 6;
  const KeptLines kept = FindKeptLines(shape, codes);
  EXPECT_EQ(kept.rows, (std::vector<uint32_t>{1, 3}));
  EXPECT_EQ(kept.columns, (std::vector<uint32_t>{0, 3}));
  // 4 5 / 0 6
  EXPECT_EQ(ScanSurvivors(shape, codes, kept, false).gaps, (std::vector<uint32_t>{0, 0, 1}));
  const Survivors columns = ScanSurvivors(shape, codes, kept, true);
  EXPECT_EQ(columns.codes, (std::vector<uint16_t>{4, 5, 6}));
  EXPECT_EQ(columns.gaps, (std::vector<uint32_t>{0, 1, 0}));
}

}  // namespace
}  // namespace dc
