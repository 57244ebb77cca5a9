#include "runtime/kernels/code_panels.h"

#include <gtest/gtest.h>

namespace dc::runtime {
namespace {

// Rows * columns codes that differ from their neighbours.
uint8_t CodeOf(size_t row, size_t column, size_t entries) {
  return static_cast<uint8_t>((row * 7 + column * 3) % entries);
}

void ExpectWhatWasSet(uint32_t rows, uint32_t columns, uint32_t entries) {
  std::vector<float> codebook(entries);
  for (size_t i = 0; i < entries; ++i) codebook[i] = static_cast<float>(i) - 2.5f;
  CodePanels panels(rows, columns, codebook);
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column) {
      panels.Set(row, column, CodeOf(row, column, entries));
    }
  }
  for (size_t row = 0; row < rows; ++row) {
    for (size_t column = 0; column < columns; ++column) {
      ASSERT_EQ(panels.At(row, column), codebook[CodeOf(row, column, entries)])
          << row << ", " << column;
    }
  }
}

TEST(CodePanelsTest, EveryElementKeepsItsCode) {
  ExpectWhatWasSet(1, 1, 2);
  ExpectWhatWasSet(16, 3, 16);
  ExpectWhatWasSet(35, 4, 16);
  ExpectWhatWasSet(35, 4, 17);
  ExpectWhatWasSet(50, 2, 256);
}

TEST(CodePanelsTest, WhatIsNotSetIsTheFirstEntry) {
  CodePanels panels(3, 2, std::vector<float>{0.5f, 7.0f});
  panels.Set(2, 1, 1);
  EXPECT_EQ(panels.At(2, 1), 7.0f);
  EXPECT_EQ(panels.At(2, 0), 0.5f);
  EXPECT_EQ(panels.At(1, 1), 0.5f);
}

TEST(CodePanelsTest, SixteenEntriesTakeHalfAByte) {
  EXPECT_EQ(CodePanels(20, 10, std::vector<float>(16)).ResidentBytes(), 32 * 10 / 2 + 16 * 4);
  EXPECT_EQ(CodePanels(20, 10, std::vector<float>(17)).ResidentBytes(), 32 * 10 + 256 * 4);
  // Row 1 is the lower half of byte 1, row 9 its upper half.
  CodePanels panels(16, 1, std::vector<float>(16));
  panels.Set(1, 0, 5);
  panels.Set(9, 0, 10);
  EXPECT_EQ(panels.Column(0, 0)[1], 0xa5);
}

}  // namespace
}  // namespace dc::runtime
