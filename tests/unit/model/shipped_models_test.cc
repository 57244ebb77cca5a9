// The text models of models/: the sizes that the paper gives them.
#include <gtest/gtest.h>

#include "dc/onnx.h"
#include "dc/weights.h"
#include "unit/data/scratch_dir.h"

namespace dc {
namespace {

Graph Load(const std::string& net) {
  auto graph = LoadModel(std::string(DC_MODELS_DIR) + "/" + net + "/model.onnxtxt");
  EXPECT_TRUE(graph.ok()) << graph.status().ToString();
  return graph.ok() ? *graph : Graph();
}

int64_t Parameters(const Graph& graph) {
  int64_t count = 0;
  for (const ValueInfo& value : graph.uninitialized) count += ElementCount(value.shape);
  return count;
}

void Fill(Graph* graph) {
  for (const ValueInfo& value : graph->uninitialized) {
    graph->initializers[value.name] = Tensor::Zeros(value.type, value.shape);
  }
  graph->uninitialized.clear();
}

TEST(ShippedModelsTest, LeNet300100) {
  Graph graph = Load("lenet_300_100");
  EXPECT_EQ(Parameters(graph), 266610);
  ASSERT_EQ(graph.inputs.size(), 1u);
  EXPECT_EQ(graph.inputs[0].shape, (std::vector<int64_t>{-1, 1, 28, 28}));
  EXPECT_EQ(graph.outputs[0].shape, (std::vector<int64_t>{-1, 10}));
  Fill(&graph);
  EXPECT_EQ(graph.Float32Bytes(), 4 * 266610);
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 3u);
  EXPECT_EQ(weights[0].shape, (std::vector<int64_t>{300, 784}));
  EXPECT_EQ(weights[1].shape, (std::vector<int64_t>{100, 300}));
  EXPECT_EQ(weights[2].shape, (std::vector<int64_t>{10, 100}));
  for (const WeightRef& weight : weights) EXPECT_FALSE(weight.bias.empty());
}

TEST(ShippedModelsTest, LeNet5) {
  Graph graph = Load("lenet_5");
  EXPECT_EQ(Parameters(graph), 431080);
  Fill(&graph);
  EXPECT_EQ(graph.Float32Bytes(), 4 * 431080);
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 4u);
  EXPECT_EQ(weights[0].kind, LayerKind::kConv);
  EXPECT_EQ(weights[1].shape, (std::vector<int64_t>{50, 20, 5, 5}));
  EXPECT_EQ(weights[2].shape, (std::vector<int64_t>{500, 800}));
  EXPECT_EQ(weights[3].kind, LayerKind::kFullyConnected);
}

TEST(ShippedModelsTest, OnceFilledTheyAreValidOnnx) {
  const ScratchDir dir;
  for (const char* net : {"lenet_300_100", "lenet_5"}) {
    Graph graph = Load(net);
    Fill(&graph);
    const Status saved = SaveModel(graph, dir.File("m.onnx"));
    EXPECT_TRUE(saved.ok()) << saved.ToString();
    EXPECT_TRUE(LoadModel(dir.File("m.onnx")).ok());
  }
}

}  // namespace
}  // namespace dc
