#include "base/hash32.h"

#include <gtest/gtest.h>

#include <vector>

namespace dc {
namespace {

TEST(Hash32, IsXxh32) {
  EXPECT_EQ(Hash32(0x74736574, 0), 0x3E2023CFu);  // of "test"
}

TEST(Hash32, CodesShareEvenlyAndSignsAreFair) {
  constexpr uint32_t kBuckets = 100, kElements = 100'000;
  std::vector<int> counts(2 * kBuckets);
  for (uint32_t i = 0; i < kElements; ++i) ++counts[HashedCode(i, kBuckets, 7)];
  // 500 each, with a deviation of 22.
  for (const int count : counts) EXPECT_NEAR(count, 500, 120);
  EXPECT_NE(HashedCode(5, 30000, 7), HashedCode(5, 30000, 9));
}

}  // namespace
}  // namespace dc
