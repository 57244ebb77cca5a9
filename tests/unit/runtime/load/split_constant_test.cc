#include "runtime/load/split_constant.h"

#include <gtest/gtest.h>

#include <numeric>

namespace dc::runtime {
namespace {

// The elements 0, 1, 2, ... of `shape`, every third of them 0, as codes with positions.
Constant Sparse(Shape shape, bool column_major) {
  Constant constant;
  constant.shape = shape;
  constant.sparse = true;
  constant.column_major = column_major;
  const uint32_t size = static_cast<uint32_t>(CheckedSize(shape));
  const uint32_t rows = static_cast<uint32_t>(shape[0]), columns = size / rows;
  for (uint32_t i = 0; i < size; ++i) constant.codebook.push_back(static_cast<float>(i));
  for (uint32_t place = 0; place < size; ++place) {
    const uint32_t element = column_major ? place % rows * columns + place / rows : place;
    if (element % 3 == 0) continue;
    constant.positions.push_back(place);
    constant.codes.push_back(static_cast<uint16_t>(element));
  }
  return constant;
}

// What matrix `part` of `size` elements holds of it.
std::vector<float> Expected(size_t part, size_t size) {
  std::vector<float> values;
  for (size_t i = part * size; i < (part + 1) * size; ++i) {
    values.push_back(i % 3 == 0 ? 0.0f : static_cast<float>(i));
  }
  return values;
}

void ExpectParts(const std::vector<Constant>& parts, int64_t rows, int64_t columns) {
  for (size_t p = 0; p < parts.size(); ++p) {
    EXPECT_EQ(parts[p].shape, (Shape{rows, columns}));
    EXPECT_TRUE(std::is_sorted(parts[p].positions.begin(), parts[p].positions.end()));
    const auto values = ExpandValues(parts[p]);
    ASSERT_TRUE(values.ok());
    EXPECT_EQ(*values, Expected(p, static_cast<size_t>(rows * columns))) << "part " << p;
  }
}

TEST(SplitConstantTest, FindsTheSurvivorsOfEachMatrix) {
  for (const bool column_major : {false, true}) {
    // Matrices that are rows of the constant's own, and such that are several of its rows.
    ExpectParts(SplitConstant(Sparse({3, 4, 5}, column_major), 3, 4, 5), 4, 5);
    ExpectParts(SplitConstant(Sparse({2, 3, 4, 5}, column_major), 6, 4, 5), 4, 5);
    ExpectParts(SplitConstant(Sparse({1, 2, 4, 5}, column_major), 2, 4, 5), 4, 5);
    ExpectParts(SplitConstant(Sparse({6, 2, 3}, column_major), 2, 3, 6), 3, 6);
    ExpectParts(SplitConstant(Sparse({7}, column_major), 1, 7, 1), 7, 1);
  }
}

TEST(SplitConstantTest, CutsDenseValuesAndCodes) {
  Constant constant;
  constant.shape = {2, 2, 3};
  constant.values.resize(12);
  std::iota(constant.values.begin(), constant.values.end(), 0.0f);
  auto parts = SplitConstant(constant, 2, 2, 3);
  EXPECT_EQ(parts[1].values, (std::vector<float>{6, 7, 8, 9, 10, 11}));
  constant.values.clear();
  constant.codebook = {0.0f, 2.0f};
  constant.codes = {0, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0};
  parts = SplitConstant(constant, 2, 2, 3);
  EXPECT_EQ(*ExpandValues(parts[1]), (std::vector<float>{2, 2, 2, 0, 0, 0}));
}

}  // namespace
}  // namespace dc::runtime
