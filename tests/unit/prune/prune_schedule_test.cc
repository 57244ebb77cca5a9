#include <gtest/gtest.h>

#include "dc/prune.h"

namespace dc {
namespace {

TEST(PruneSchedule, OneShotIsDoneAtOnce) {
  PruneOptions options;
  options.schedule = PruneScheduleKind::kOneShot;
  EXPECT_EQ(PruneExtent(options, 0), 1);
  EXPECT_EQ(PruneExtent(options, 1), 1);
}

TEST(PruneSchedule, IterativeCountsWholeRounds) {
  PruneOptions options;
  options.schedule = PruneScheduleKind::kIterative;
  options.steps = 4;
  EXPECT_EQ(PruneExtent(options, 0), 0);
  EXPECT_EQ(PruneExtent(options, 0.24), 0);
  EXPECT_EQ(PruneExtent(options, 0.25), 0.25);
  EXPECT_EQ(PruneExtent(options, 0.99), 0.75);
  EXPECT_EQ(PruneExtent(options, 1), 1);
  for (options.steps = 1; options.steps < 200; ++options.steps) {
    const double steps = options.steps;
    for (int round = 0; round <= options.steps; ++round) {
      ASSERT_EQ(PruneExtent(options, round / steps), round / steps) << options.steps;
    }
  }
}

TEST(PruneSchedule, GradualIsACubicRamp) {
  PruneOptions options;
  options.schedule = PruneScheduleKind::kGradual;
  options.ramp = 0.5;
  EXPECT_EQ(PruneExtent(options, 0), 0);
  EXPECT_DOUBLE_EQ(PruneExtent(options, 0.125), 1 - 27.0 / 64);  // t = 1/4
  EXPECT_DOUBLE_EQ(PruneExtent(options, 0.25), 7.0 / 8);         // t = 1/2
  EXPECT_EQ(PruneExtent(options, 0.5), 1);
  EXPECT_EQ(PruneExtent(options, 0.9), 1);
  EXPECT_EQ(PruneExtent(options, 7), 1);
}

}  // namespace
}  // namespace dc
