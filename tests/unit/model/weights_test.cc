#include "dc/weights.h"

#include <gtest/gtest.h>

#include "dc/quantized_weight.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

// Wraps `nodes` and `initializers` into a graph that reads x and writes y.
Graph MakeGraph(std::vector<Node> nodes, std::map<std::string, Tensor> initializers) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.nodes = std::move(nodes);
  graph.initializers = std::move(initializers);
  return graph;
}

TEST(WeightsTest, GemmWithTransposedWeight) {
  const auto weights = ListWeights(GemmGraph());
  ASSERT_EQ(weights.size(), 1u);
  EXPECT_EQ(weights[0].name, "w");
  EXPECT_EQ(weights[0].kind, LayerKind::kFullyConnected);
  EXPECT_EQ(weights[0].node, 0u);
  EXPECT_EQ(weights[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_TRUE(weights[0].output_major());
  EXPECT_EQ(weights[0].outputs(), 2);
  EXPECT_EQ(weights[0].inputs(), 3);
  EXPECT_EQ(weights[0].bias, "b");
  EXPECT_FALSE(weights[0].quantized);
}

TEST(WeightsTest, GemmWithPlainWeight) {
  const Graph graph = MakeGraph({MakeNode("Gemm", {"x", "w", "b"}, {"y"})},
                                {{"w", Counting({3, 2})}, {"b", Counting({1, 2})}});
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 1u);
  EXPECT_FALSE(weights[0].output_major());
  EXPECT_EQ(weights[0].outputs(), 2);
  EXPECT_EQ(weights[0].inputs(), 3);
  EXPECT_EQ(weights[0].bias, "b");
}

TEST(WeightsTest, MatMulTakesTheBiasFromAnAddOnEitherSide) {
  for (const auto& inputs : {std::vector<std::string>{"h", "b"}, {"b", "h"}}) {
    const Graph graph =
        MakeGraph({MakeNode("MatMul", {"x", "w"}, {"h"}), MakeNode("Add", inputs, {"y"})},
                  {{"w", Counting({3, 2})}, {"b", Counting({2})}});
    const auto weights = ListWeights(graph);
    ASSERT_EQ(weights.size(), 1u);
    EXPECT_EQ(weights[0].bias, "b");
    EXPECT_FALSE(weights[0].output_major());
  }
}

TEST(WeightsTest, AnAddIsNoBiasWhereTheSumIsNotPerOutputOrTheProductIsUsedTwice) {
  const auto bias_of = [](const Tensor& addend, bool used_twice) {
    std::vector<Node> nodes = {MakeNode("MatMul", {"x", "w"}, {"h"}),
                               MakeNode("Add", {"h", "b"}, {"y"})};
    if (used_twice) nodes.push_back(MakeNode("Relu", {"h"}, {"z"}));
    return ListWeights(MakeGraph(nodes, {{"w", Counting({3, 2})}, {"b", addend}}))[0].bias;
  };
  EXPECT_EQ(bias_of(Counting({2}), false), "b");
  EXPECT_EQ(bias_of(Counting({2, 1}), false), "");
  EXPECT_EQ(bias_of(Counting({1}), false), "");
  EXPECT_EQ(bias_of(Tensor::Zeros(DataType::kFloat64, {2}), false), "");
  EXPECT_EQ(bias_of(Counting({2}), true), "");
}

TEST(WeightsTest, ConvolutionsWithOwnAndAddedBias) {
  const Graph graph =
      MakeGraph({MakeNode("Conv", {"x", "w1", "b1"}, {"h1"}),
                 MakeNode("Conv", {"h1", "w2"}, {"h2"}), MakeNode("Add", {"h2", "b2"}, {"y"})},
                {{"w1", Counting({8, 1, 5, 5})},
                 {"b1", Counting({8})},
                 {"w2", Counting({16, 4, 3, 3})},
                 {"b2", Counting({16, 1, 1})}});
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 2u);
  EXPECT_EQ(weights[0].kind, LayerKind::kConv);
  EXPECT_EQ(weights[0].bias, "b1");
  EXPECT_EQ(weights[0].inputs(), 25);
  EXPECT_EQ(weights[1].bias, "b2");
  EXPECT_EQ(weights[1].outputs(), 16);
  EXPECT_EQ(weights[1].inputs(), 36);
}

TEST(WeightsTest, ProductsHaveTheirWeightOnEitherSideAndInSeveralMatrices) {
  const Graph graph =
      MakeGraph({MakeNode("MatMul", {"left", "x"}, {"h"}), MakeNode("Add", {"h", "b"}, {"a"}),
                 MakeNode("MatMul", {"a", "several"}, {"m"}),
                 MakeNode("Gemm", {"turned", "m"}, {"y"}, {{"transA", int64_t{1}}})},
                {{"left", Counting({5, 4})},
                 {"b", Counting({5, 1})},
                 {"several", Counting({2, 3, 7})},
                 {"turned", Counting({8, 6})}});
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 3u);
  EXPECT_EQ(weights[0].input, 0u);
  EXPECT_EQ(weights[0].outputs(), 5);
  EXPECT_EQ(weights[0].bias, "b");
  EXPECT_TRUE(weights[0].is_one_matrix());
  EXPECT_EQ(weights[1].input, 1u);
  EXPECT_EQ(weights[1].outputs(), 7);
  EXPECT_FALSE(weights[1].is_one_matrix());
  EXPECT_EQ(weights[2].outputs(), 6);
}

TEST(WeightsTest, TransposedConvolutionsCountTheOutputsOfAGroup) {
  const Graph graph =
      MakeGraph({MakeNode("ConvTranspose", {"x", "w"}, {"h"}, {{"group", int64_t{2}}}),
                 MakeNode("Add", {"h", "b"}, {"y"})},
                {{"w", Counting({4, 3, 2, 2})}, {"b", Counting({6, 1, 1})}});
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 1u);
  EXPECT_EQ(weights[0].kind, LayerKind::kConv);
  EXPECT_EQ(weights[0].outputs(), 3);
  EXPECT_EQ(weights[0].bias, "b");
  EXPECT_FALSE(weights[0].is_one_matrix());
}

TEST(WeightsTest, ABiasAlongTheWidthOfAConvolutionIsNone) {
  const Graph graph =
      MakeGraph({MakeNode("Conv", {"x", "w"}, {"h"}), MakeNode("Add", {"h", "b"}, {"y"})},
                {{"w", Counting({16, 4, 3, 3})}, {"b", Counting({16})}});
  EXPECT_EQ(ListWeights(graph)[0].bias, "");
}

TEST(WeightsTest, SharedWeightsAreListedOnceInNodeOrder) {
  const Graph graph = MakeGraph(
      {MakeNode("MatMul", {"x", "z_first"}, {"h1"}), MakeNode("MatMul", {"h1", "a_second"}, {"h2"}),
       MakeNode("MatMul", {"h2", "z_first"}, {"y"})},
      {{"z_first", Counting({3, 3})}, {"a_second", Counting({3, 3})}});
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 2u);
  EXPECT_EQ(weights[0].name, "z_first");
  EXPECT_EQ(weights[0].node, 0u);
  EXPECT_EQ(weights[1].name, "a_second");
}

TEST(WeightsTest, LeavesOutWhatIsNoWeight) {
  Node foreign = MakeNode("Conv", {"x", "w4"}, {"f"});
  foreign.domain = "com.example";
  const Graph graph = MakeGraph({MakeNode("MatMul", {"x", "x"}, {"a"}),      // no constant
                                 MakeNode("MatMul", {"x", "w1"}, {"b"}),     // a vector
                                 MakeNode("Gemm", {"x", "wd"}, {"c"}),       // float64
                                 MakeNode("MatMul", {"x", "empty"}, {"d"}),  // nothing to compress
                                 MakeNode("Mul", {"x", "w2"}, {"y"}), foreign},
                                {{"w1", Counting({3})},
                                 {"wd", Tensor::Zeros(DataType::kFloat64, {3, 2})},
                                 {"empty", Counting({0, 2})},
                                 {"w2", Counting({3, 2})},
                                 {"w4", Counting({2, 2, 2, 2})}});
  EXPECT_TRUE(ListWeights(graph).empty());
}

TEST(WeightsTest, SeesThroughTheQuantizedForm) {
  Graph graph = GemmGraph();
  QuantizedWeight weight;
  weight.shape = {2, 3};
  weight.codebook = {0, 1};
  weight.codes = {0, 1, 1, 0, 0, 1};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  const auto weights = ListWeights(graph);
  ASSERT_EQ(weights.size(), 1u);
  EXPECT_TRUE(weights[0].quantized);
  EXPECT_EQ(weights[0].name, "w");
  EXPECT_EQ(weights[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(weights[0].bias, "b");
  EXPECT_EQ(graph.nodes[weights[0].node].op, "Gemm");
}

}  // namespace
}  // namespace dc
