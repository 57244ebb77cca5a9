#include "train/learning_rate.h"

#include <gtest/gtest.h>

namespace dc::train {
namespace {

TrainOptions Options(ScheduleKind kind) {
  TrainOptions options;
  options.schedule = kind;
  options.learning_rate = 0.2;
  options.epochs = 10;
  options.decay = 0.5;
  options.step_epochs = 4;
  return options;
}

// The rate of the first step of `epoch` (from 0), 5 steps per epoch.
double RateAt(const TrainOptions& options, int epoch, int step = 0) {
  return LearningRate(options, epoch * 5 + step, 5);
}

TEST(LearningRate, Constant) {
  const TrainOptions options = Options(ScheduleKind::kConstant);
  EXPECT_DOUBLE_EQ(RateAt(options, 0), 0.2);
  EXPECT_DOUBLE_EQ(RateAt(options, 9), 0.2);
}

TEST(LearningRate, StepFallsEverySoManyEpochs) {
  const TrainOptions options = Options(ScheduleKind::kStep);
  EXPECT_DOUBLE_EQ(RateAt(options, 3, 4), 0.2);
  EXPECT_DOUBLE_EQ(RateAt(options, 4), 0.1);
  EXPECT_DOUBLE_EQ(RateAt(options, 8), 0.05);
}

TEST(LearningRate, ExponentialFallsEveryEpoch) {
  const TrainOptions options = Options(ScheduleKind::kExponential);
  EXPECT_DOUBLE_EQ(RateAt(options, 0, 4), 0.2);
  EXPECT_DOUBLE_EQ(RateAt(options, 1), 0.1);
  EXPECT_DOUBLE_EQ(RateAt(options, 3), 0.025);
}

TEST(LearningRate, CosineFallsFromTheRateToItsFinalShare) {
  TrainOptions options = Options(ScheduleKind::kCosine);
  options.final_rate = 0.1;
  EXPECT_DOUBLE_EQ(RateAt(options, 0), 0.2);
  EXPECT_NEAR(RateAt(options, 5), 0.2 * 0.55, 1e-12);  // half way: the mean of 1 and 0.1
  EXPECT_NEAR(LearningRate(options, 50, 5), 0.02, 1e-12);
  EXPECT_GT(RateAt(options, 2), RateAt(options, 2, 1));
}

TEST(LearningRate, WarmupRisesLinearlyAndCosineStartsAfterIt) {
  TrainOptions options = Options(ScheduleKind::kCosine);
  options.warmup_epochs = 2;
  EXPECT_DOUBLE_EQ(LearningRate(options, 0, 5), 0.02);
  EXPECT_DOUBLE_EQ(LearningRate(options, 4, 5), 0.1);
  EXPECT_DOUBLE_EQ(LearningRate(options, 9, 5), 0.2);
  EXPECT_DOUBLE_EQ(LearningRate(options, 10, 5), 0.2);
  EXPECT_NEAR(LearningRate(options, 30, 5), 0.1, 1e-12);  // half of the 40 steps that follow
}

}  // namespace
}  // namespace dc::train
