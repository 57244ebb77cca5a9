#include "dc/graph.h"

#include <gtest/gtest.h>

#include "dc/quantized_weight.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

TEST(GraphTest, AttributesFallBackWhereAbsentOrOfAnotherType) {
  const Node node = MakeNode("Op", {"a", ""}, {"b"},
                             {{"i", int64_t{3}},
                              {"f", 0.5f},
                              {"s", std::string("text")},
                              {"is", std::vector<int64_t>{1, 2}}});
  EXPECT_EQ(node.Int("i", 9), 3);
  EXPECT_EQ(node.Int("f", 9), 9);
  EXPECT_EQ(node.Float("f", 9), 0.5f);
  EXPECT_EQ(node.Float("missing", 9), 9.0f);
  EXPECT_EQ(node.String("s", ""), "text");
  EXPECT_EQ(node.Ints("is", {}), (std::vector<int64_t>{1, 2}));
  EXPECT_EQ(node.Ints("i", {7}), std::vector<int64_t>{7});
  EXPECT_EQ(node.Input(0), "a");
  EXPECT_EQ(node.Input(1), "");
  EXPECT_EQ(node.Input(5), "");
}

TEST(GraphTest, FindsProducersAndConsumers) {
  const Graph graph = GemmGraph();
  ASSERT_NE(graph.Producer("h"), nullptr);
  EXPECT_EQ(graph.Producer("h")->op, "Gemm");
  EXPECT_EQ(graph.Producer("x"), nullptr);
  EXPECT_EQ(graph.Producer("w"), nullptr);
  EXPECT_EQ(graph.Consumers("h"), std::vector<size_t>{1});
  EXPECT_TRUE(graph.Consumers("y").empty());
}

TEST(GraphTest, ConstantsAreInitializers) {
  const Graph graph = GemmGraph();
  ASSERT_NE(graph.Constant("w"), nullptr);
  EXPECT_EQ(graph.Constant("w")->size(), 6);
  EXPECT_EQ(graph.Constant("h"), nullptr);
  EXPECT_EQ(graph.Constant(""), nullptr);
}

TEST(GraphTest, FreshNamesAvoidEveryKindOfValue) {
  Graph graph = GemmGraph();
  graph.uninitialized.push_back({"u", DataType::kFloat32, {1}});
  EXPECT_EQ(graph.FreshName("new"), "new");
  EXPECT_EQ(graph.FreshName("x"), "x_1");
  EXPECT_EQ(graph.FreshName("w"), "w_1");
  EXPECT_EQ(graph.FreshName("h"), "h_1");
  EXPECT_EQ(graph.FreshName("u"), "u_1");
  graph.initializers["w_1"] = Counting({1});
  EXPECT_EQ(graph.FreshName("w"), "w_2");
}

TEST(GraphTest, FreshNodeNamesAvoidNodesOnly) {
  Graph graph = GemmGraph();
  graph.nodes[0].name = "w";
  graph.nodes[1].name = "w_1";
  EXPECT_EQ(graph.FreshNodeName("w"), "w_2");
  EXPECT_EQ(graph.FreshNodeName("x"), "x");
}

TEST(GraphTest, OutputsNeedWhatTheirNodesRead) {
  Graph graph = GemmGraph();
  graph.nodes.push_back(MakeNode("Relu", {"h"}, {"unread"}));
  EXPECT_EQ(graph.NeededValues(), (std::set<std::string>{"x", "w", "b", "h", "y"}));
  graph.outputs.clear();
  EXPECT_TRUE(graph.NeededValues().empty());
}

TEST(GraphTest, CountsBytesOfFloatsThatTheOutputsNeed) {
  Graph graph = GemmGraph();
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
  const int64_t shape[] = {1, 2, 3};
  graph.initializers["shape"] = Tensor::I64(shape);
  graph.initializers["average.w"] = Counting({100, 100});
  graph.initializers["side"] = Counting({50});
  graph.nodes.push_back(MakeNode("Add", {"h", "side"}, {"unread"}));
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
  // Two nodes that share a weight use its bytes once.
  graph.nodes.push_back(MakeNode("Gemm", {"y", "w"}, {"z"}));
  graph.outputs.push_back({"z", DataType::kFloat32, {-1, 3}});
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
}

TEST(GraphTest, QuantizedAndDeclaredParametersCountAsTheirFloats) {
  Graph graph = GemmGraph();
  QuantizedWeight weight;
  weight.shape = {2, 3};
  weight.codebook = {-1, 1};
  weight.codes = {0, 1, 0, 1, 0, 1};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
  graph.initializers.erase("b");
  graph.uninitialized = {{"b", DataType::kFloat32, {2}}, {"unread", DataType::kFloat32, {7}}};
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
}

}  // namespace
}  // namespace dc
