// The stages on a network with two outputs, one of which the labels are about.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "dc/quantized_weight.h"
#include "dc/stages.h"
#include "unit/train/graph_builder.h"
#include "unit/train/synthetic_data.h"

namespace dc {
namespace {

using testing::HasSubstr;

// A shared layer, a value "age" and four classes "cls", in that order.
Graph TwoHeads() {
  train::GraphBuilder b({64});
  b.Dense("body", 64, 16).Add("Relu", "h").Dense("age", 16, 1);
  b.AddOn("Gemm", "cls", {"h", b.Random("cls.weight", {4, 16})}, {{"transB", int64_t{1}}});
  return b.Build({{"age", DataType::kFloat32, {-1, 1}}, {"cls", DataType::kFloat32, {-1, 4}}});
}

double Density(const Graph& graph, const std::string& name) {
  const auto values = graph.initializers.at(name).f32();
  const auto zeros = std::count(values.begin(), values.end(), 0.0f);
  return 1 - static_cast<double>(zeros) / static_cast<double>(values.size());
}

TrainOptions Epochs(int epochs, double rate) {
  TrainOptions options;
  options.epochs = epochs;
  options.learning_rate = rate;
  options.threads = 1;
  return options;
}

TEST(TwoHeads, EveryStageTrainsByTheClassesAndKeepsBothHeads) {
  const Dataset data = train::SyntheticImages(640, 200);
  Graph graph = TwoHeads();
  const auto trained = RunTrain(Epochs(20, 0.1), Preprocess(), data, &graph, nullptr);
  ASSERT_TRUE(trained.ok()) << trained.status().ToString();
  EXPECT_LT(*trained->error_percent, 15);

  PruneOptions prune;
  prune.amounts = *LayerSettings::Parse("fc=0.5");
  const auto pruned = RunPrune(prune, Epochs(4, 0.1), &data, &graph, nullptr);
  ASSERT_TRUE(pruned.ok()) << pruned.status().ToString();
  EXPECT_LT(*pruned->error_percent, 15);
  for (const char* name : {"age.weight", "cls.weight", "body.weight"}) {
    EXPECT_NEAR(Density(graph, name), 0.5, 0.07) << name;
  }

  QuantizeOptions quantize;
  quantize.bits = *LayerSettings::Parse("fc=4");
  const auto quantized = RunQuantize(quantize, Epochs(1, 0.001), &data, &graph, nullptr);
  ASSERT_TRUE(quantized.ok()) << quantized.status().ToString();
  EXPECT_LT(*quantized->error_percent, 15);
  for (const char* name : {"age.weight", "cls.weight", "body.weight"}) {
    const auto weight = GetQuantizedWeight(graph, name);
    ASSERT_TRUE(weight.ok()) << name << ": " << weight.status().ToString();
    EXPECT_LE(weight->codebook.size(), 17u) << name;
  }
  ASSERT_TRUE(DequantizeAll(&graph).ok());
  EXPECT_NEAR(Density(graph, "age.weight"), 0.5, 0.07);
}

TEST(TwoHeads, TheNameIsRemembered) {
  // Labels 0 and 1 fit the value as well as the classes.
  const Dataset data = train::SyntheticImages(320, 100, 2);
  Graph graph = TwoHeads();
  const auto refused = RunTrain(Epochs(1, 0.1), Preprocess(), data, &graph, nullptr);
  EXPECT_EQ(refused.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(refused.status().ToString(), HasSubstr("--logits"));
  TrainOptions named = Epochs(2, 0.1);
  named.logits = "cls";
  ASSERT_TRUE(RunTrain(named, Preprocess(), data, &graph, nullptr).ok());
  EXPECT_EQ(graph.metadata.at("dc.logits"), "cls");
  PruneOptions prune;
  prune.amounts = *LayerSettings::Parse("fc=0.5");
  const auto pruned = RunPrune(prune, Epochs(1, 0.1), &data, &graph, nullptr);
  EXPECT_TRUE(pruned.ok()) << pruned.status().ToString();
  EXPECT_TRUE(EvaluateGraph(graph, data, 1, nullptr).ok());
}

}  // namespace
}  // namespace dc
