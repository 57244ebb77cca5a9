#include "train/epoch_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace dc::train {
namespace {

using testing::HasSubstr;
using testing::Not;

// Axes of the errors: x from 52 to 346 for epochs 1 to 3, y from 218 (0 %) up to 34 (the greatest).
TEST(EpochChart, DrawsAPointPerEpoch) {
  const std::string svg = EpochChartSvg({{1, 0.1, 2, 40, NAN, NAN, 1},  //
                                         {2, 0.1, 1, 20, NAN, NAN, 1},
                                         {3, 0.1, 0.5, 10, NAN, NAN, 1}},
                                        false);
  EXPECT_THAT(svg,
              HasSubstr("<polyline class='train' points='52.0,34.0 199.0,126.0 346.0,172.0'/>"));
  // Of the losses, half as far down at the second epoch, 360 further to the right.
  EXPECT_THAT(svg, HasSubstr("points='412.0,34.0 559.0,126.0 706.0,172.0'"));
  EXPECT_THAT(svg, Not(HasSubstr("<polyline class='validation'")));
  EXPECT_THAT(svg, HasSubstr(">40</text>"));
}

TEST(EpochChart, DrawsValidationWhereItWasMeasured) {
  const std::string svg =
      EpochChartSvg({{1, 0.1, 2, 40, NAN, NAN, 1}, {2, 0.1, 1, 20, 1.5, 80, 1}}, false);
  EXPECT_THAT(svg, HasSubstr("<polyline class='validation' points='346.0,34.0'/>"));
  EXPECT_THAT(svg, HasSubstr("<polyline class='train' points='52.0,126.0 346.0,172.0'/>"));
}

TEST(EpochChart, NamesWhatIsMeasuredOfTargets) {
  const std::string svg = EpochChartSvg({{1, 0.1, 2, 40, NAN, NAN, 1}}, true);
  EXPECT_THAT(svg, HasSubstr(">unexplained variance, %</text>"));
  EXPECT_THAT(svg, HasSubstr(">mean squared error</text>"));
}

TEST(EpochChart, OfNothingIsAPairOfAxes) {
  const std::string svg = EpochChartSvg({}, false);
  EXPECT_THAT(svg, Not(HasSubstr("polyline class")));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(EpochChart, AFailedRunStillHasAScale) {
  const std::string svg = EpochChartSvg({{1, 0.1, INFINITY, 0, NAN, NAN, 1}}, false);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(EpochChart, UnwritablePathIsAnIoError) {
  EXPECT_TRUE(WriteEpochChart("", {}, false).ok());
  EXPECT_EQ(WriteEpochChart("/nonexistent/chart.svg", {}, false).code(), StatusCode::kIo);
}

}  // namespace
}  // namespace dc::train
