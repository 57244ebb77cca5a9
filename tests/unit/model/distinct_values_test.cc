#include "model/distinct_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace dc {
namespace {

using testing::ElementsAre;

TEST(DistinctValues, AscendAfterAZero) {
  EXPECT_THAT(DistinctValues(std::vector<float>{3, -1, 3, 2, -1}), ElementsAre(-1, 2, 3));
  const std::vector<float> entries = DistinctValues(std::vector<float>{3, -0.0f, -2, 0.0f, 3});
  EXPECT_THAT(entries, ElementsAre(0, -2, 3));
  EXPECT_FALSE(std::signbit(entries[0]));
}

TEST(CodeAmong, IsTheIndex) {
  const std::vector<float> with_zero = {0, -2, 1, 3}, without = {-2, 1, 3};
  for (size_t i = 0; i < with_zero.size(); ++i) EXPECT_EQ(CodeAmong(with_zero, with_zero[i]), i);
  for (size_t i = 0; i < without.size(); ++i) EXPECT_EQ(CodeAmong(without, without[i]), i);
  EXPECT_EQ(CodeAmong(with_zero, -0.0f), 0);
}

}  // namespace
}  // namespace dc
