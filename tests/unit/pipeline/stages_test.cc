// The stages as functions, with retraining: what they do to masks, codebooks and records.
#include "dc/stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <span>

#include "dc/quantized_weight.h"
#include "unit/pipeline/small_run.h"

namespace dc {
namespace {

using testing::HasSubstr;

// Which weights of `name` are zero, float or quantized.
std::vector<bool> ZerosOf(const Graph& graph, const std::string& name) {
  Graph floats = graph;
  EXPECT_TRUE(DequantizeAll(&floats).ok());
  std::vector<bool> zeros;
  for (const float value : floats.initializers.at(name).f32()) zeros.push_back(value == 0.0f);
  return zeros;
}

Graph Trained(const Dataset& data) {
  Graph graph = SmallNetwork();
  const auto report = RunTrain(QuickTraining(4), {}, data, &graph, nullptr);
  EXPECT_TRUE(report.ok()) << report.status().ToString();
  return graph;
}

PruneOptions Pruning(const std::string& amounts) {
  PruneOptions options;
  options.amounts = *LayerSettings::Parse(amounts);
  options.schedule = PruneScheduleKind::kGradual;
  options.mask_updates = 4;
  options.remove_dead_neurons = false;
  return options;
}

TEST(Stages, TrainingLearnsAndRecordsItself) {
  const Dataset data = SmallData();
  Graph graph = SmallNetwork();
  const double before = EvaluateGraph(graph, data, 1, nullptr)->error_percent;
  const auto report = RunTrain(QuickTraining(4), {}, data, &graph, nullptr);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->name, "train");
  EXPECT_EQ(report->epochs, 4);
  EXPECT_LT(*report->error_percent, before / 2);
  EXPECT_EQ(*report->error_percent, EvaluateGraph(graph, data, 1, nullptr)->error_percent);
  EXPECT_EQ(graph.metadata.at("dc.history"), "train");
  EXPECT_THAT(graph.metadata.at("dc.train.settings"), HasSubstr("epochs=4"));
  EXPECT_THAT(graph.metadata.at("dc.train.settings"), HasSubstr("kept_epoch=4"));
  EXPECT_EQ(graph.metadata.at("dc.baseline_bytes"),
            std::to_string(4 * (64 * 16 + 16 + 16 * 4 + 4)));
}

TEST(Stages, PruningRetrainsUnderMasksThatReachTheirDensity) {
  const Dataset data = SmallData();
  Graph graph = Trained(data);
  const Graph before = graph;
  const auto report = RunPrune(Pruning("fc1=0.25"), QuickTraining(3), &data, &graph, nullptr);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->epochs, 3);
  ASSERT_EQ(report->layers.size(), 2u);
  EXPECT_EQ(report->layers[0].name, "fc1");
  EXPECT_EQ(report->layers[0].weights, 1024u);
  EXPECT_EQ(report->layers[0].survivors, 256u);
  EXPECT_EQ(report->layers[1].survivors, 64u);
  const std::vector<bool> zeros = ZerosOf(graph, "fc1");
  EXPECT_EQ(std::count(zeros.begin(), zeros.end(), true), 768);
  // The survivors went on learning.
  const std::span<const float> now = graph.initializers.at("fc1").f32();
  const std::span<const float> then = before.initializers.at("fc1").f32();
  int moved = 0;
  for (size_t i = 0; i < now.size(); ++i) moved += now[i] != 0.0f && now[i] != then[i];
  EXPECT_GT(moved, 128);  // not those of a neuron that never fires
  EXPECT_LT(*report->error_percent, 30);
  EXPECT_EQ(graph.metadata.at("dc.history"), "train; prune");
  EXPECT_EQ(graph.metadata.at("dc.baseline_bytes"), before.metadata.at("dc.baseline_bytes"));
  // The layer that nothing was asked of is named, with the reason.
  ASSERT_EQ(report->uncompressed.size(), 1u);
  EXPECT_EQ(report->uncompressed[0].name, "fc2");
  EXPECT_EQ(report->uncompressed[0].bytes, 4u * 64);
}

TEST(Stages, FineTuningMovesCentroidsAndKeepsZerosAndClusters) {
  const Dataset data = SmallData();
  Graph graph = Trained(data);
  ASSERT_TRUE(RunPrune(Pruning("*=0.3"), QuickTraining(2), &data, &graph, nullptr).ok());
  const std::vector<bool> zeros = ZerosOf(graph, "fc1");
  QuantizeOptions options;
  options.bits = *LayerSettings::Parse("3");
  Graph plain = graph, tuned = graph;
  ASSERT_TRUE(RunQuantize(options, {.epochs = 0}, nullptr, &plain, nullptr).ok());
  TrainOptions fine_tune = QuickTraining(2);
  fine_tune.learning_rate = 0.001;
  const auto report = RunQuantize(options, fine_tune, &data, &tuned, nullptr);
  ASSERT_TRUE(report.ok()) << report.status().ToString();
  EXPECT_EQ(report->epochs, 2);
  ASSERT_EQ(report->layers.size(), 2u);
  EXPECT_EQ(report->layers[0].policy, "kmeans");
  EXPECT_EQ(report->layers[0].bits, 3);
  EXPECT_EQ(report->layers[0].survivors, 307u);
  EXPECT_TRUE(report->uncompressed.empty());
  const QuantizedWeight a = *GetQuantizedWeight(plain, "fc1"),
                        b = *GetQuantizedWeight(tuned, "fc1");
  EXPECT_EQ(ZerosOf(tuned, "fc1"), zeros);
  EXPECT_TRUE(b.sparse());
  EXPECT_EQ(b.codebook.size(), 8u);
  EXPECT_NE(a.codebook, b.codebook);
  // Weights that shared a centroid still do, whatever its number is now.
  std::map<uint16_t, std::set<uint16_t>> numbers;
  for (size_t i = 0; i < a.codes.size(); ++i) numbers[a.codes[i]].insert(b.codes[i]);
  for (const auto& [code, others] : numbers) EXPECT_EQ(others.size(), 1u) << code;
  EXPECT_EQ(tuned.metadata.at("dc.history"), "train; prune; quantize");
  EXPECT_EQ(tuned.metadata.at("dc.quantize.settings"),
            "bits=*=3 fine_tune.epochs=2 fine_tune.batch_size=16 fine_tune.learning_rate=0.001");
}

TEST(Stages, MasksAndCodebooksHoldInFurtherTraining) {
  const Dataset data = SmallData();
  Graph graph = Trained(data);
  ASSERT_TRUE(RunPrune(Pruning("*=0.3"), QuickTraining(1), &data, &graph, nullptr).ok());
  const std::vector<bool> zeros = ZerosOf(graph, "fc1");
  ASSERT_TRUE(RunTrain(QuickTraining(1), {}, data, &graph, nullptr).ok());
  EXPECT_EQ(ZerosOf(graph, "fc1"), zeros);
  QuantizeOptions options;
  options.policy = *LayerSettings::Parse("fc1=ternary,fc2=kmeans");
  ASSERT_TRUE(RunQuantize(options, QuickTraining(1), &data, &graph, nullptr).ok());
  const QuantizedWeight before = *GetQuantizedWeight(graph, "fc2");
  TrainOptions more = QuickTraining(1);
  more.learning_rate = 0.001;
  ASSERT_TRUE(RunTrain(more, {}, data, &graph, nullptr).ok());
  const QuantizedWeight ternary = *GetQuantizedWeight(graph, "fc1");
  ASSERT_EQ(ternary.codebook.size(), 3u);
  EXPECT_EQ(ternary.codebook[1], -ternary.codebook[2]);
  EXPECT_EQ(GetQuantizedWeight(graph, "fc2")->codebook.size(), before.codebook.size());
  EXPECT_NE(GetQuantizedWeight(graph, "fc2")->codebook, before.codebook);
  const std::vector<bool> now = ZerosOf(graph, "fc1");
  for (size_t i = 0; i < zeros.size(); ++i) EXPECT_TRUE(now[i] || !zeros[i]);
}

TEST(Stages, ARefusedQuantizationLeavesTheGraphAsItWas) {
  const Dataset data = SmallData();
  Graph graph = SmallNetwork();
  const auto metadata = graph.metadata;
  TrainOptions wrong = QuickTraining(1);
  wrong.batch_size = 100000;
  QuantizeOptions options;
  EXPECT_EQ(RunQuantize(options, wrong, &data, &graph, nullptr).status().code(),
            StatusCode::kUsage);
  EXPECT_EQ(RunQuantize(options, QuickTraining(1), nullptr, &graph, nullptr).status().code(),
            StatusCode::kUsage);
  EXPECT_FALSE(IsQuantized(graph, "fc1"));
  EXPECT_EQ(graph.metadata, metadata);
}

}  // namespace
}  // namespace dc
