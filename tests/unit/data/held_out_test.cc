#include "data/held_out.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace dc {
namespace {

// Sample i is (i, 10 + i), of class i.
Dataset Numbered() {
  Dataset data;
  data.channels = 1;
  data.height = 1;
  data.width = 2;
  data.train.count = 9;
  for (int i = 0; i < 9; ++i) {
    data.train.u8.push_back(static_cast<uint8_t>(i));
    data.train.u8.push_back(static_cast<uint8_t>(10 + i));
    data.train.labels.push_back(i);
  }
  data.test.count = 1;
  return data;
}

TEST(DrawHeldOut, SplitsTheTrainingSamplesAndDropsTheTestSet) {
  const Dataset drawn = DrawHeldOut(Numbered(), 4, 1);
  EXPECT_EQ(drawn.test.count, 4);
  EXPECT_EQ(drawn.train.count, 5);
  std::vector<int32_t> all;
  for (const Split* split : {&drawn.test, &drawn.train}) {
    EXPECT_TRUE(std::is_sorted(split->labels.begin(), split->labels.end()));
    ASSERT_EQ(split->u8.size(), 2 * split->labels.size());
    for (size_t i = 0; i < split->labels.size(); ++i) {
      EXPECT_EQ(split->u8[2 * i], split->labels[i]);
      EXPECT_EQ(split->u8[2 * i + 1], 10 + split->labels[i]);
      all.push_back(split->labels[i]);
    }
  }
  std::sort(all.begin(), all.end());
  EXPECT_THAT(all, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(DrawHeldOut, FollowsTheSeed) {
  EXPECT_EQ(DrawHeldOut(Numbered(), 4, 1).test.labels, DrawHeldOut(Numbered(), 4, 1).test.labels);
  bool differs = false;
  for (uint64_t seed = 2; seed < 6; ++seed) {
    differs |=
        DrawHeldOut(Numbered(), 4, 1).test.labels != DrawHeldOut(Numbered(), 4, seed).test.labels;
  }
  EXPECT_TRUE(differs);
}

}  // namespace
}  // namespace dc
