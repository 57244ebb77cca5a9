#include "dc/graph.h"

#include <gtest/gtest.h>

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

TEST(GraphTest, CountsBytesOfFloatInitializersOnly) {
  Graph graph = GemmGraph();
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
  const int64_t shape[] = {1, 2, 3};
  graph.initializers["shape"] = Tensor::I64(shape);
  EXPECT_EQ(graph.Float32Bytes(), (6 + 2) * 4);
}

}  // namespace
}  // namespace dc
