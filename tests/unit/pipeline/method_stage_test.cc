// Methods that train in stages.
#include "pipeline/method_stage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <string>

#include "dc/files.h"
#include "dc/quantized_weight.h"
#include "dc/stages.h"
#include "train/observe.h"
#include "unit/pipeline/small_run.h"

namespace dc {
namespace {

using testing::ElementsAre;

// The small network with a batch normalization after each layer.
Graph NormalizedNetwork() {
  Graph graph = SmallNetwork();
  const auto normalize = [&](const std::string& value, const std::string& to, int64_t width) {
    std::vector<std::string> inputs = {value};
    for (const char* part : {"_scale", "_bias", "_mean", "_variance"}) {
      Tensor tensor = Tensor::Zeros(DataType::kFloat32, {width});
      const std::string name = part;
      if (name == "_scale" || name == "_variance") std::ranges::fill(tensor.f32(), 1.0f);
      graph.initializers[to + name] = std::move(tensor);
      inputs.push_back(to + name);
    }
    return Node{to, "BatchNormalization", "", inputs, {to}, {}};
  };
  graph.nodes[3].outputs[0] = "z";
  graph.nodes.push_back(normalize("z", "y", 4));
  graph.nodes[2].inputs[0] = "n";
  graph.nodes.insert(graph.nodes.begin() + 2, normalize("h", "n", 16));
  return graph;
}

TEST(EpochsOfStages, AreSharesThatAddUp) {
  const auto of = [](std::vector<double> shares, int epochs) {
    std::vector<MethodStage> stages;
    for (const double share : shares) stages.push_back({.share = share, .begin = {}, .frozen = {}});
    return EpochsOfStages(stages, epochs);
  };
  EXPECT_THAT(of({1}, 7), ElementsAre(7));
  EXPECT_THAT(of({1, 0}, 7), ElementsAre(7, 0));
  EXPECT_THAT(of({0.5, 0.25, 0.25}, 8), ElementsAre(4, 2, 2));
  EXPECT_THAT(of({1, 1, 1}, 4), ElementsAre(1, 2, 1));
  EXPECT_THAT(of({1, 1, 1}, 0), ElementsAre(0, 0, 0));
}

StatusOr<Graph> Quantized(const std::string& method, TrainOptions training) {
  const Dataset data = SmallData();
  Graph graph = NormalizedNetwork();
  QuantizeOptions options;
  options.method.name = method;
  if (method == "tnn") options.method.settings = "samples=150";
  const auto report = RunQuantize(options, training, &data, &graph, nullptr);
  if (!report.ok()) return report.status();
  return graph;
}

TEST(MethodStages, TnnLeavesTernaryWeightsAndValues) {
  TrainOptions training = QuickTraining(16);
  training.optimizer = OptimizerKind::kAdam;
  training.learning_rate = 0.01;
  const auto graph = Quantized("tnn", training);
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  for (const char* name : {"fc1", "fc2"}) {
    const auto weight = GetQuantizedWeight(*graph, name);
    ASSERT_TRUE(weight.ok());
    const std::set<float> values(weight->codebook.begin(), weight->codebook.end());
    EXPECT_EQ(values, (std::set<float>{-1, 0, 1})) << name;
  }
  size_t roundings = 0;
  for (const Node& node : graph->nodes) {
    EXPECT_NE(node.op, "Tanh");
    EXPECT_NE(node.op, "Relu");
    if (node.op != "UniformQuantize") continue;
    ++roundings;
    EXPECT_EQ(node.Int("low", 0), -1);
    EXPECT_EQ(node.Int("high", 0), 1);
  }
  EXPECT_EQ(roundings, 1u);
  const auto test = EvaluateGraph(*graph, SmallData(), 1, nullptr);
  ASSERT_TRUE(test.ok());
  EXPECT_LT(test->error_percent, 30);  // 75 % by chance
}

TEST(MethodStages, LinTalathiSwitchesActivationsOn) {
  const auto graph = Quantized("lin-talathi", QuickTraining(4));
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  EXPECT_EQ(graph->Producer(graph->Producer("z")->inputs[0])->op, "UniformQuantize");
  const auto test = EvaluateGraph(*graph, SmallData(), 1, nullptr);
  EXPECT_LT(test->error_percent, 30);
}

// What is frozen in the later stages stays as the earlier ones left it: the first layer is trained
// by the first stage alone, of 4 / 2 epochs.
TEST(MethodStages, FreezeWhatTheyLeave) {
  const auto longer = Quantized("lin-talathi", QuickTraining(4));
  const Dataset data = SmallData();
  Graph shorter = NormalizedNetwork();
  QuantizeOptions options;
  options.method.name = "lin-talathi";
  options.method.bits = "a=32";
  TrainOptions training = QuickTraining(2);
  ASSERT_TRUE(RunQuantize(options, training, &data, &shorter, nullptr).ok());
  const auto weight_of = [](const Graph& graph, const char* name) {
    return GetQuantizedWeight(graph, name)->Values();
  };
  EXPECT_EQ(weight_of(*longer, "fc1"), weight_of(shorter, "fc1"));
  EXPECT_NE(weight_of(*longer, "fc2"), weight_of(shorter, "fc2"));
  EXPECT_EQ(longer->initializers.at("n_mean").bytes, shorter.initializers.at("n_mean").bytes);
}

// A run that is stopped in its second stage, and one that is not.
TEST(MethodStages, GoOnWhereTheyWereStopped) {
  const std::string path = testing::TempDir() + "/method_stage.checkpoint";
  RemoveCheckpoints(path);
  TrainOptions training = QuickTraining(6);
  for (const char* method : {"tnn", "lin-talathi"}) {
    training.checkpoint.clear();
    training.resume = false;
    const auto whole = Quantized(method, training);
    ASSERT_TRUE(whole.ok()) << whole.status().ToString();
    training.checkpoint = path;
    training.resume = true;
    ASSERT_TRUE(Quantized(method, training).ok());
    ASSERT_TRUE(FileExists(path));
    ASSERT_TRUE(FileExists(StageFile(path, 2)));
    // The state after the first stage, and the second one's first epoch gone.
    std::remove(StageFile(path, 2).c_str());
    const auto resumed = Quantized(method, training);
    ASSERT_TRUE(resumed.ok());
    for (const auto& [name, tensor] : whole->initializers) {
      EXPECT_EQ(tensor.bytes, resumed->initializers.at(name).bytes) << method << " " << name;
    }
    RemoveCheckpoints(path);
    EXPECT_FALSE(FileExists(path));
    EXPECT_FALSE(FileExists(StageFile(path, 2)));
  }
}

// nnabla's powers, of values before their function: 5 bits are 8 exponents.
TEST(Pow2Net, RoundsValuesToPowers) {
  const Dataset data = SmallData();
  Graph graph = NormalizedNetwork();
  QuantizeOptions options;
  options.method = {.name = "pow2-net", .bits = "w=32", .settings = "top=1"};
  ASSERT_TRUE(RunQuantize(options, QuickTraining(1), &data, &graph, nullptr).ok());
  const std::string rounded = graph.Producer("r")->inputs[0];
  EXPECT_NE(rounded, "n");
  const auto read = ReadValues(graph, data, Preprocess(), "", {"n", rounded}, 50, 1);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  const std::vector<float>& x = read->at("n");
  const std::vector<float>& y = read->at(rounded);
  ASSERT_EQ(x.size(), 800u);
  for (size_t i = 0; i < x.size(); ++i) {
    const double size = std::abs(x[i]), exponent = std::nearbyint(std::log2(size));
    const double wanted =
        size < 0x1p-6 / std::sqrt(2.0) ? 0 : std::exp2(std::clamp(exponent, -6.0, 1.0));
    EXPECT_NEAR(y[i], std::copysign(wanted, x[i]), 1e-6) << x[i];
  }
}

TEST(StageFile, HasTheNumberBeforeTheExtension) {
  EXPECT_EQ(StageFile("out/quantize.csv", 2), "out/quantize.2.csv");
  EXPECT_EQ(StageFile("out.d/log", 3), "out.d/log.3");
}

}  // namespace
}  // namespace dc
