// Reports as JSON and back, and one beside another.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/report.h"

namespace dc {
namespace {

using testing::HasSubstr;

// Every field has a value of its own.
Report Whole() {
  Report report;
  report.model = "out/model.dcz";
  report.data = "fashion-mnist";
  report.seed = 7;
  report.file_bytes = 1000;
  report.baseline_bytes = 40000;
  report.baseline_error_percent = 1.5;
  report.error_percent = 1.75;
  report.top5_error_percent = 0.25;
  report.mean_squared_error = 0.0625;
  report.baseline_mean_squared_error = 0.03125;
  LayerReport& layer = report.layers.emplace_back();
  layer.name = "fc1";
  layer.kind = "fc";
  layer.policy = "kmeans";
  layer.form = "codebook";
  layer.positions = "escape";
  layer.order = "rows";
  layer.code_coder = "context";
  layer.position_coder = "huffman";
  layer.weights = 9000;
  layer.survivors = 900;
  layer.fillers = 3;
  layer.weight_bits = 4;
  layer.weight_bits_coded = 3.5;
  layer.index_bits = 5;
  layer.index_bits_coded = 4.25;
  layer.codebook_entries = 16;
  layer.codebook_bytes = 60;
  layer.bytes = 940;
  report.parts = {{"codes", 500}, {"gaps", 440}, {"graph", 60}};
  report.comparison = {{"dense f32", 40000}};
  StageReport& stage = report.stages.emplace_back();
  stage.name = "prune";
  stage.seconds = 12.5;
  stage.epochs = 3;
  stage.error_percent = 1.625;
  stage.mean_squared_error = 0.046875;
  stage.output_bytes = 41000;
  stage.layers = {{"fc1", "kmeans", 9000, 900, 16, 4, 0.125}};
  stage.uncompressed = {{"fc9", "left", 40}};
  report.latency = Latency{8, 2, 3.5};
  report.sensitivity = {{"fc1", 0.5, 9.5}};
  report.uncompressed = {{"bias", "small", 16}};
  report.curve = {{0.25, 0.5, 1200, 1.25}};
  report.energy = {{"fc1", 9000, 4, 32}};
  report.published = {{"a paper", 2400, 1.5, "weights alone", "arXiv 0000.00000"}};
  return report;
}

TEST(ReportJson, ComesBackWhole) {
  const auto json = ReportJson(Whole());
  ASSERT_TRUE(json.ok());
  const auto report = ParseReportJson(*json);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  const auto again = ReportJson(*report);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, *json);
  // What JSON alone cannot show lost: that nothing was lost before it was written.
  EXPECT_EQ(report->layers.at(0).fillers, 3u);
  EXPECT_EQ(report->mean_squared_error, 0.0625);
  EXPECT_EQ(report->baseline_mean_squared_error, 0.03125);
  EXPECT_EQ(report->stages.at(0).mean_squared_error, 0.046875);
  EXPECT_EQ(report->latency->threads, 2);
  EXPECT_EQ(report->curve.at(0).bytes, 1200u);
  EXPECT_EQ(report->published.at(0).counted, "weights alone");
}

TEST(ReportJson, OfALaterVersionIsReadAsFarAsItIsKnown) {
  const auto report = ParseReportJson(R"({"file_bytes": 12, "colour": "blue"})");
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->file_bytes, 12u);
}

TEST(ReportJson, WhatIsNoReportIsRefused) {
  for (const char* text : {"", "[]", "{", R"({"layers": 3})", R"({"file_bytes": "many"})"}) {
    EXPECT_EQ(ParseReportJson(text).status().code(), StatusCode::kBadInput) << text;
  }
  const auto negative = ParseReportJson(R"({"file_bytes": -5, "baseline_bytes": 1e300})");
  ASSERT_TRUE(negative.ok());
  EXPECT_EQ(negative->file_bytes, 0u);
  EXPECT_EQ(negative->baseline_bytes, 0u);
}

TEST(TakeMeasurements, OfTheSameFileOnly) {
  const Report measured = Whole();
  Report seen = Whole();
  seen.error_percent.reset();
  seen.stages.clear();
  seen.curve.clear();
  ASSERT_TRUE(TakeMeasurements(measured, &seen));
  EXPECT_EQ(seen.error_percent, 1.75);
  EXPECT_EQ(seen.stages.size(), 1u);
  EXPECT_EQ(seen.curve.size(), 1u);

  Report other = Whole();
  other.error_percent.reset();
  other.layers[0].survivors = 901;
  EXPECT_FALSE(TakeMeasurements(measured, &other));
  EXPECT_FALSE(other.error_percent.has_value());
  other = Whole();
  other.parts[0].second -= 1;
  EXPECT_FALSE(TakeMeasurements(measured, &other));
}

TEST(DifferenceText, ComparesLayersAndPartsByName) {
  const Report there = Whole();
  Report here = Whole();
  here.file_bytes = 900;
  here.error_percent = 2;
  here.layers[0].bytes = 840;
  here.layers.push_back(here.layers[0]);
  here.layers[1].name = "fc2";
  here.layers[1].bytes = 20;
  here.parts = {{"codes", 400}, {"gaps", 440}, {"graph", 60}};
  const std::string text = DifferenceText(here, there);
  EXPECT_THAT(text, testing::ContainsRegex("fc1 +940 +840 +-100 +-10.6 %"));
  EXPECT_THAT(text, testing::ContainsRegex("fc2 +0 +20 +\\+20 +-"));
  EXPECT_THAT(text, testing::ContainsRegex("codes +500 +400 +-100 +-20.0 %"));
  EXPECT_THAT(text, testing::ContainsRegex("gaps +440 +440 +0 +0.0 %"));
  EXPECT_THAT(text, testing::ContainsRegex("whole file +1,000 +900 +-100 +-10.0 %"));
  EXPECT_THAT(text, HasSubstr("unexplained variance there 1.75 %, here 2.00 %"));
  here.mean_squared_error.reset();
  EXPECT_THAT(DifferenceText(here, there), HasSubstr("test error there 1.75 %, here 2.00 %"));
}

TEST(ReportText, NamesWhatIsMeasured) {
  Report report = Whole();
  std::string text = ReportText(report);
  EXPECT_THAT(text, HasSubstr("mean squared error  unexplained variance"));
  EXPECT_THAT(text, HasSubstr("test error, dense       mean squared error 0.03125, unexplained "
                              "variance 1.50 %\n"
                              "test error, compressed  mean squared error 0.0625, unexplained "
                              "variance 1.75 %\n"));
  report.mean_squared_error.reset();
  report.baseline_mean_squared_error.reset();
  report.stages[0].mean_squared_error.reset();
  text = ReportText(report);
  EXPECT_THAT(text, testing::Not(HasSubstr("variance")));
  EXPECT_THAT(text, HasSubstr("test error, dense       1.50 %\ntest error, compressed  1.75 %\n"));
}

TEST(ReportHtml, HoldsTheOtherFile) {
  ReportPictures pictures;
  pictures.other = Whole();
  const auto page = ReportHtml({}, pictures);
  ASSERT_TRUE(page.ok());
  EXPECT_THAT(*page, HasSubstr("\"other\":{"));
  const auto alone = ReportHtml({}, {});
  ASSERT_TRUE(alone.ok());
  EXPECT_THAT(*alone, HasSubstr("\"other\":null"));
}

}  // namespace
}  // namespace dc
