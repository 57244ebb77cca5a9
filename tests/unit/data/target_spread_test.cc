#include "data/target_spread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "data/held_out.h"

namespace dc {
namespace {

// Three samples of two numbers: (1, 10), (2, 10), (6, 40).
Dataset Pairs() {
  Dataset data;
  data.name = "pairs";
  data.channels = data.height = data.width = 1;
  data.target_shape = {2};
  data.train.count = 3;
  data.train.f32 = {0, 1, 2};
  data.train.targets = {1, 10, 2, 10, 6, 40};
  return data;
}

TEST(TargetSpread, WorkedByHand) {
  const Dataset data = Pairs();
  const auto spread = SpreadOfTargets(data, data.train);
  ASSERT_TRUE(spread.ok()) << spread.status().ToString();
  EXPECT_THAT(spread->means, testing::ElementsAre(3, 20));
  // (4 + 1 + 9) + (100 + 100 + 400)
  EXPECT_EQ(spread->squares, 614);
  EXPECT_DOUBLE_EQ(spread->variance, 614.0 / 6);
  EXPECT_EQ(spread->SquaresOf(TargetOf(data, data.train, 2)), 9 + 400);
}

TEST(TargetSpread, OfSomeSamples) {
  const Dataset data = Pairs();
  const std::vector<uint32_t> ends = {0, 2};
  const auto spread = SpreadOfTargets(data, data.train, ends);
  ASSERT_TRUE(spread.ok());
  EXPECT_THAT(spread->means, testing::ElementsAre(3.5, 25));
  EXPECT_EQ(spread->squares, 2 * 6.25 + 2 * 225);
}

TEST(TargetSpread, EqualTargetsHaveNone) {
  Dataset data = Pairs();
  data.train.count = 1000;
  // 0.1 is no sum of powers of two: its sum over samples is rounded.
  data.train.targets.assign(2000, 0.1f);
  for (const int64_t count : {1000, 1, 0}) {
    data.train.count = count;
    const auto spread = SpreadOfTargets(data, data.train);
    ASSERT_FALSE(spread.ok()) << count;
    EXPECT_EQ(spread.status().code(), StatusCode::kBadInput);
    EXPECT_THAT(spread.status().ToString(),
                testing::AllOf(testing::HasSubstr(std::to_string(count) + " samples are all"),
                               testing::HasSubstr("pairs")));
  }
}

TEST(HeldOutTargets, FollowTheirSamples) {
  const Dataset data = Pairs();
  const Dataset drawn = DrawHeldOut(data, 1, 3);
  ASSERT_EQ(drawn.test.targets.size(), 2u);
  ASSERT_EQ(drawn.train.targets.size(), 4u);
  for (const Split* split : {&drawn.test, &drawn.train}) {
    EXPECT_TRUE(split->labels.empty());
    for (size_t i = 0; i < split->f32.size(); ++i) {
      const auto number = static_cast<size_t>(split->f32[i]);
      EXPECT_EQ(split->targets[2 * i], data.train.targets[2 * number]);
      EXPECT_EQ(split->targets[2 * i + 1], data.train.targets[2 * number + 1]);
    }
  }
  const Split last = LastTraining(data, 2);
  EXPECT_THAT(last.targets, testing::ElementsAre(2, 10, 6, 40));
  EXPECT_TRUE(last.labels.empty());
}

}  // namespace
}  // namespace dc
