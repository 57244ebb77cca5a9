#include "train/sharding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace dc::train {
namespace {

using ::testing::ElementsAre;

TEST(ShardSizes, ThirtyTwoAndARest) {
  EXPECT_THAT(ShardSizes(1), ElementsAre(1));
  EXPECT_THAT(ShardSizes(32), ElementsAre(32));
  EXPECT_THAT(ShardSizes(47), ElementsAre(47));
  EXPECT_THAT(ShardSizes(48), ElementsAre(32, 16));
  EXPECT_THAT(ShardSizes(64), ElementsAre(32, 32));
  EXPECT_THAT(ShardSizes(100), ElementsAre(32, 32, 36));
}

TEST(ShardSizes, AddUpToTheBatch) {
  for (int64_t batch = 1; batch < 300; ++batch) {
    const auto sizes = ShardSizes(batch);
    EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), int64_t{0}), batch);
  }
}

}  // namespace
}  // namespace dc::train
