// The stages as functions, with retraining: what they do to masks, codebooks and records.
#include "dc/stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
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

// Copies a checkpoint away when the second epoch has begun.
class CopyCheckpoint : public Progress {
 public:
  CopyCheckpoint(std::string from, std::string to) : from_(std::move(from)), to_(std::move(to)) {}
  void Begin(const std::string&, int64_t) override {}
  void Advance(int64_t, const std::string& note) override {
    if (note.rfind("epoch 3/", 0) == 0 && !std::filesystem::exists(to_)) {
      std::filesystem::copy_file(from_, to_);
    }
  }
  void End(const std::string&) override {}
  void Note(const std::string&) override {}

 private:
  std::string from_, to_;
};

class ResumedStages : public ::testing::Test {
 protected:
  ResumedStages() { std::filesystem::create_directories(folder_); }
  ~ResumedStages() override { std::filesystem::remove_all(folder_); }

  // Runs `stage` once without a break, and once more from its checkpoint of the second epoch.
  template <typename Stage>
  void ExpectTheSame(const Graph& start, TrainOptions training, const std::string& weight,
                     const Stage& stage) {
    training.checkpoint = folder_ + "/running";
    std::filesystem::remove(folder_ + "/kept");
    CopyCheckpoint copy(training.checkpoint, folder_ + "/kept");
    Graph whole = start, resumed = start;
    ASSERT_TRUE(stage(training, &whole, &copy).ok());
    training.checkpoint = folder_ + "/kept";
    training.resume = true;
    ASSERT_TRUE(std::filesystem::exists(training.checkpoint));
    ASSERT_TRUE(stage(training, &resumed, nullptr).ok());
    ASSERT_TRUE(DequantizeAll(&whole).ok());
    ASSERT_TRUE(DequantizeAll(&resumed).ok());
    EXPECT_EQ(ZerosOf(whole, weight), ZerosOf(resumed, weight));
    const auto a = whole.initializers.at(weight).f32(), b = resumed.initializers.at(weight).f32();
    EXPECT_TRUE(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }

  const std::string folder_ = testing::TempDir() + "/dc_stages_" + std::to_string(::getpid());
};

TEST_F(ResumedStages, SplicedMasksReachTheirDensityAndGoOnAsTheyWere) {
  const Dataset data = SmallData();
  const Graph start = Trained(data);
  PruneOptions options = Pruning("fc1=0.2,fc2=0.5");
  options.splice = 0.5;
  options.importance = PruneImportance::kFisher;
  options.mask_updates = 9;
  ExpectTheSame(start, QuickTraining(5), "fc1",
                [&](const TrainOptions& training, Graph* graph, Progress* progress) {
                  return RunPrune(options, training, &data, graph, progress);
                });
  Graph graph = start;
  ASSERT_TRUE(RunPrune(options, QuickTraining(5), &data, &graph, nullptr).ok());
  const std::vector<bool> zeros = ZerosOf(graph, "fc1");
  EXPECT_EQ(std::count(zeros.begin(), zeros.end(), false), 205);
  options.splice = 0;  // then nothing measures the importance
  EXPECT_EQ(RunPrune(options, QuickTraining(5), &data, &graph, nullptr).status().code(),
            StatusCode::kUsage);
}

// Options for a run that learns the noise of its weights, until the share `ramp` of it.
PruneOptions PruningByNoise(double ramp) {
  PruneOptions options = Pruning("*=1.5");
  options.criterion = PruneCriterion::kThreshold;
  options.importance = PruneImportance::kVariational;
  options.ramp = ramp;
  options.kl_weight = 3;
  return options;
}

TrainOptions AdamTraining(int epochs) {
  TrainOptions training = QuickTraining(epochs);
  training.optimizer = OptimizerKind::kAdam;
  training.learning_rate = 0.02;
  return training;
}

TEST_F(ResumedStages, NoisyWeightsPruneThemselvesAndGoOnAsTheyWere) {
  const Dataset data = SmallData();
  const Graph start = Trained(data);
  TrainOptions whole = AdamTraining(5);
  whole.group_lasso = 1e-4;
  // Resumed amid the noise, and after it.
  for (const double ramp : {0.7, 0.3}) {
    SCOPED_TRACE(ramp);
    const PruneOptions options = PruningByNoise(ramp);
    ExpectTheSame(start, whole, "fc1",
                  [&](const TrainOptions& training, Graph* graph, Progress* progress) {
                    return RunPrune(options, training, &data, graph, progress);
                  });
  }
  const auto survivors = [&](double kl_weight, int threads) {
    PruneOptions options = PruningByNoise(0.7);
    options.kl_weight = kl_weight;
    TrainOptions training = AdamTraining(5);
    training.threads = threads;
    Graph graph = start;
    const auto report = RunPrune(options, training, &data, &graph, nullptr);
    EXPECT_TRUE(report.ok()) << report.status().ToString();
    EXPECT_LT(*report->error_percent, 30) << kl_weight;
    const std::vector<bool> zeros = ZerosOf(graph, "fc1");
    return std::count(zeros.begin(), zeros.end(), false);
  };
  const auto few = survivors(3, 1);
  EXPECT_EQ(survivors(3, 2), few);
  EXPECT_LT(few, 512);
  EXPECT_LT(few, survivors(0.3, 1));
}

TEST(Stages, WholeColumnsGoByTheGroupLasso) {
  const Dataset data = SmallData();
  const auto empty_columns = [&](double strength) {
    Graph graph = SmallNetwork();
    TrainOptions training = QuickTraining(6);
    training.group_lasso = strength;
    EXPECT_TRUE(RunTrain(training, {}, data, &graph, nullptr).ok());
    const std::vector<bool> zeros = ZerosOf(graph, "fc1");
    int empty = 0;
    for (size_t c = 0; c < 64; ++c) {
      bool all = true;
      for (size_t r = 0; r < 16; ++r) all = all && zeros[r * 64 + c];
      empty += all;
    }
    return empty;
  };
  EXPECT_EQ(empty_columns(0), 0);
  EXPECT_GT(empty_columns(0.3), 8);
}

TEST(Stages, QuantizedWeightsHaveNeitherNoiseNorGroups) {
  const Dataset data = SmallData();
  Graph graph = Trained(data);
  QuantizeOptions quantize;
  quantize.bits = *LayerSettings::Parse("3");
  ASSERT_TRUE(RunQuantize(quantize, {.epochs = 0}, nullptr, &graph, nullptr).ok());
  EXPECT_EQ(RunPrune(PruningByNoise(0.5), AdamTraining(1), &data, &graph, nullptr).status().code(),
            StatusCode::kUsage);
  TrainOptions training = QuickTraining(1);
  training.group_lasso = 1e-4;
  EXPECT_EQ(RunTrain(training, {}, data, &graph, nullptr).status().code(), StatusCode::kUsage);
}

TEST_F(ResumedStages, TrainingForTheCoderTradesBitsForLoss) {
  const Dataset data = SmallData();
  Graph start = Trained(data);
  ASSERT_TRUE(RunPrune(Pruning("*=0.5"), QuickTraining(2), &data, &start, nullptr).ok());
  for (const std::string policy : {"kmeans", "dead_zone"}) {
    QuantizeOptions options;
    options.policy = *LayerSettings::Parse(policy);
    options.bits = *LayerSettings::Parse("4");
    options.lambda = 0.5;
    ExpectTheSame(start, QuickTraining(5), "fc1",
                  [&](const TrainOptions& training, Graph* graph, Progress* progress) {
                    return RunQuantize(options, training, &data, graph, progress);
                  });
    const auto survivors = [&](double lambda) {
      Graph graph = start;
      options.lambda = lambda;
      EXPECT_TRUE(RunQuantize(options, QuickTraining(5), &data, &graph, nullptr).ok());
      const std::vector<bool> zeros = ZerosOf(graph, "fc1");
      // What was pruned before stays pruned.
      const std::vector<bool> pruned = ZerosOf(start, "fc1");
      for (size_t i = 0; i < zeros.size(); ++i) EXPECT_TRUE(zeros[i] || !pruned[i]);
      return std::count(zeros.begin(), zeros.end(), false);
    };
    const auto few = survivors(5), some = survivors(0.5), many = survivors(1e-6);
    EXPECT_LT(few, some);
    EXPECT_LT(some, many);
    EXPECT_GE(few, 1);
  }
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

TEST(Stages, QuantizedWeightsArePrunedOnTheirGrid) {
  const Dataset data = SmallData();
  const Graph trained = Trained(data);
  // A codebook, a grid with one, a binary grid without a zero, and whole numbers with a scale per
  // channel.
  for (const std::string how : {"kmeans", "dead_zone", "bwn", "min-max"}) {
    SCOPED_TRACE(how);
    Graph graph = trained;
    QuantizeOptions options;
    if (how == "kmeans" || how == "dead_zone") {
      options.policy = *LayerSettings::Parse(how);
    } else {
      options.method.name = how;
      options.method.bits = how == "bwn" ? "w=1" : "w=4,a=32";
      options.method.skip = "none";
    }
    ASSERT_TRUE(RunQuantize(options, {.epochs = 0}, nullptr, &graph, nullptr).ok());
    const QuantizedWeight before = *GetQuantizedWeight(graph, "fc1");
    for (const int epochs : {0, 2}) {
      Graph pruned = graph;
      PruneOptions prune = Pruning("fc1=0.25");
      if (epochs == 0) prune.schedule = PruneScheduleKind::kOneShot;
      const auto report =
          RunPrune(prune, QuickTraining(epochs), epochs > 0 ? &data : nullptr, &pruned, nullptr);
      ASSERT_TRUE(report.ok()) << report.status().ToString();
      ASSERT_TRUE(IsQuantized(pruned, "fc1"));
      ASSERT_TRUE(IsQuantized(pruned, "fc2"));
      const QuantizedWeight after = *GetQuantizedWeight(pruned, "fc1");
      EXPECT_EQ(after.policy, before.policy);
      EXPECT_EQ(after.bits, before.bits);
      EXPECT_TRUE(after.sparse());
      EXPECT_EQ(after.scales.size(), before.scales.size());
      EXPECT_LE(after.codebook.size(), before.codebook.size() + 1);
      const std::vector<bool> zeros = ZerosOf(pruned, "fc1");
      // Training may leave a survivor on the zero of the grid.
      EXPECT_GE(std::count(zeros.begin(), zeros.end(), true), 768);
      EXPECT_EQ(std::count(zeros.begin(), zeros.end(), false),
                static_cast<int64_t>(report->layers[0].survivors));
      if (epochs == 0) {
        EXPECT_EQ(report->layers[0].survivors, 256u);
        const std::vector<float> then = before.Values(), now = after.Values();
        for (size_t i = 0; i < now.size(); ++i) EXPECT_TRUE(now[i] == 0 || now[i] == then[i]);
      } else {
        EXPECT_LT(*report->error_percent, 40);
      }
      // Pruned weights stay what they are in further training.
      ASSERT_TRUE(RunTrain(QuickTraining(1), {}, data, &pruned, nullptr).ok());
      const std::vector<bool> later = ZerosOf(pruned, "fc1");
      for (size_t i = 0; i < zeros.size(); ++i) ASSERT_TRUE(later[i] || !zeros[i]);
    }
  }
}

}  // namespace
}  // namespace dc
