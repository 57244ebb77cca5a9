#include "train/epoch_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace dc::train {
namespace {

TEST(EpochLog, HasARowAnEpochAndEmptyFieldsWithoutValidation) {
  const std::vector<EpochRecord> records = {{1, 0.1, 0.5, 12.5, NAN, NAN, 1.25},
                                            {2, 0.05, 0.25, 6.25, 0.3, 7.0, 1.0}};
  EXPECT_EQ(EpochLogText(records, false),
            "epoch,learning_rate,train_loss,train_error_percent,validation_loss,"
            "validation_error_percent,seconds\n"
            "1,0.1,0.500000,12.500,,,1.250\n"
            "2,0.05,0.250000,6.250,0.300000,7.000,1.000\n");
}

TEST(EpochLog, LossesOfTargetsKeepTheirDigits) {
  EXPECT_THAT(EpochLogText({{1, 0.1, 1.25e-7, 12.5, NAN, NAN, 1.25}}, true),
              testing::EndsWith("\n1,0.1,1.25e-07,12.500,,,1.250\n"));
}

TEST(EpochLog, NoPathWritesNothing) { EXPECT_TRUE(WriteEpochLog("", {}, false).ok()); }

TEST(EpochLog, UnwritablePathIsAnIoError) {
  EXPECT_EQ(WriteEpochLog("/nonexistent/log.csv", {}, false).code(), StatusCode::kIo);
}

}  // namespace
}  // namespace dc::train
