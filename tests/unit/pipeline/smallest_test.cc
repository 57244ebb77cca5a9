// The search for the smallest file within a budget.
#include "dc/smallest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "dc/decode.h"
#include "dc/files.h"
#include "dc/onnx.h"
#include "dc/recipe.h"
#include "dc/stages.h"
#include "unit/data/scratch_dir.h"
#include "unit/pipeline/small_run.h"

namespace dc {
namespace {

using testing::HasSubstr;

// Counts the training runs, and keeps what the search says of the error that it allows.
class Trainings : public Progress {
 public:
  void Begin(const std::string& what, int64_t) override { count += what == "train"; }
  void Advance(int64_t, const std::string&) override {}
  void End(const std::string&) override {}
  void Note(const std::string& text) override {
    const size_t at = text.find("allowed ");
    if (at != std::string::npos) allowed = std::stod(text.substr(at + 8));
  }
  int count = 0;
  double allowed = -1;  // percent; below 0: nothing was said
};

class SmallestTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(SaveModel(SmallNetwork(), dir_.File("m.onnx")).ok());
    Write(
        "name: \"r\" model: \"m.onnx\" "
        "train { epochs: 3 batch_size: 16 learning_rate: 0.05 } "
        "prune { criterion: \"global\" importance: \"lamp\" global_density: 0.1 "
        "  schedule: \"gradual\" retrain { epochs: 2 batch_size: 16 learning_rate: 0.02 } } "
        "quantize { bits: \"3\" lambda: 0.01 "
        "  fine_tune { epochs: 2 batch_size: 16 learning_rate: 0.005 } } "
        "encode { coder: \"context\" }");
  }

  void Write(const std::string& recipe) {
    ASSERT_TRUE(WriteFileAtomic(dir_.File("r.textproto"), recipe).ok());
  }

  StatusOr<Report> Find(const Budget& budget, Status* goal,
                        const std::string& recipe = "r.textproto") {
    SmallestOptions options;
    options.budget = budget;
    options.held_out = 64;
    options.bisections = 2;
    options.threads = 1;
    const DczEvaluator evaluate = [](std::span<const uint8_t> file, const Dataset& data,
                                     const std::string&, Progress*) -> StatusOr<EvalResult> {
      DC_ASSIGN_OR_RETURN(const Graph graph, DecodeModel(file));
      return EvaluateGraph(graph, data, 1, nullptr);
    };
    trainings_ = Trainings();
    return FindSmallest(
        dir_.File(recipe), recipe_overrides_, data_, options, dir_.File("out"),
        [](const Graph&) { return OkStatus(); }, evaluate, goal, &trainings_);
  }

  ScratchDir dir_;
  std::vector<std::string> recipe_overrides_;
  Dataset data_ = SmallData();
  Trainings trainings_;
};

TEST_F(SmallestTest, BytesAreATargetThatTheLargestFittingFileMeets) {
  Status goal;
  const auto report = Find({.target_bytes = 500}, &goal);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_TRUE(goal.ok()) << goal.ToString();
  EXPECT_LE(report->file_bytes, 500u);
  EXPECT_EQ(report->file_bytes, ReadFile(dir_.File("out/model.dcz"))->size());
  // The curve brackets the target, and the chosen density is the greatest that fits.
  const Recipe chosen = *LoadRecipe(dir_.File("out/recipe.textproto"), {});
  double greatest = 0;
  bool above = false;
  for (const CurvePoint& point : report->curve) {
    above |= point.bytes > 500;
    if (point.bytes <= 500) greatest = std::max(greatest, point.density);
    EXPECT_NEAR(point.lambda * point.density, 0.01 * 0.1, 1e-6);
  }
  EXPECT_TRUE(above);
  EXPECT_NEAR(chosen.prune->options.global_density, greatest, 1e-6);
}

TEST_F(SmallestTest, AnErrorIsAGoalThatTheSmallestFittingFileMeets) {
  Status goal;
  const auto report = Find({.max_error_increase = 10}, &goal);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  // The error allowed is that of the dense network on the held-out samples, and ten points.
  ASSERT_GE(trainings_.allowed, 10);
  const Recipe chosen = *LoadRecipe(dir_.File("out/recipe.textproto"), {});
  const double density = chosen.prune->options.global_density;
  double least = 2;
  for (const CurvePoint& point : report->curve) {
    if (point.error_percent <= trainings_.allowed + 0.01) least = std::min(least, point.density);
  }
  EXPECT_DOUBLE_EQ(density, least);
  ASSERT_GE(report->curve.size(), 3u);
  EXPECT_THAT(std::string(ReportText(*report)), HasSubstr("held-out error"));
}

TEST_F(SmallestTest, GoesOnWhereItWas) {
  Status goal;
  const auto first = Find({.target_bytes = 500}, &goal);
  ASSERT_TRUE(first.ok());
  EXPECT_GT(trainings_.count, 4);
  const auto second = Find({.target_bytes = 500}, &goal);
  ASSERT_TRUE(second.ok());
  EXPECT_EQ(trainings_.count, 0);
  EXPECT_EQ(first->file_bytes, second->file_bytes);
  // Another budget uses what was measured, and the points of other settings are not taken for its.
  const auto other = Find({.target_bytes = 520}, &goal);
  ASSERT_TRUE(other.ok());
  EXPECT_GE(other->curve.size(), second->curve.size());
  recipe_overrides_ = {"quantize.bits=2"};
  ASSERT_TRUE(Find({.target_bytes = 500}, &goal).ok());
  EXPECT_GT(trainings_.count, 4);
}

TEST_F(SmallestTest, WhatCannotBeMetIsSaid) {
  Status goal;
  EXPECT_EQ(Find({.target_bytes = 20}, &goal).status().code(), StatusCode::kGoalNotMet);
}

TEST_F(SmallestTest, RefusesBudgetsAndRecipesThatCannotBe) {
  Status goal;
  EXPECT_EQ(Find({}, &goal).status().code(), StatusCode::kUsage);
  EXPECT_EQ(Find({.max_error_percent = 1, .target_bytes = 5}, &goal).status().code(),
            StatusCode::kUsage);
  EXPECT_EQ(Find({.max_error_percent = -1}, &goal).status().code(), StatusCode::kUsage);
  Write("model: \"m.onnx\" train {} prune { amounts: \"*=0.4\" } quantize { bits: \"3\" }");
  EXPECT_THAT(Find({.target_bytes = 500}, &goal).status().ToString(), HasSubstr("global"));
  EXPECT_EQ(trainings_.count, 0);
}

TEST_F(SmallestTest, ATrainedModelGetsARecipeThatReads) {
  const std::string recipe = dir_.File("search.textproto");
  const Status untrained = WriteSearchRecipe(dir_.File("m.onnx"), data_, 1, 1, recipe, nullptr);
  EXPECT_THAT(untrained.ToString(), HasSubstr("not trained"));
  Graph graph = SmallNetwork();
  ASSERT_TRUE(RunTrain(QuickTraining(6), {}, data_, &graph, nullptr).ok());
  ASSERT_TRUE(SaveModel(graph, dir_.File("m.onnx")).ok());
  const Status written = WriteSearchRecipe(dir_.File("m.onnx"), data_, 1, 1, recipe, nullptr);
  ASSERT_TRUE(written.ok()) << written.ToString();
  const auto read = LoadRecipe(recipe, {});
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_GT(read->prune->retrain.learning_rate, 0.001);
  EXPECT_EQ(read->quantize->options.bits.ToString(), "fc=4");
}

}  // namespace
}  // namespace dc
