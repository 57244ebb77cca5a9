#include <gtest/gtest.h>

#include "model/canonical/canonical.h"
#include "model/graph_check.h"
#include "unit/model/graph_equal.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

Tensor Shape(std::vector<int64_t> values) { return Tensor::I64(values); }

// x -> MatMul(x, w) -> y, where `nodes` write w from `initializers`.
Graph Folded(std::vector<Node> nodes, std::map<std::string, Tensor> initializers) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.nodes = std::move(nodes);
  graph.nodes.push_back(MakeNode("MatMul", {"x", "w"}, {"y"}));
  graph.initializers = std::move(initializers);
  // All results count.
  for (size_t i = 0; i + 1 < graph.nodes.size(); ++i) {
    const Node& node = graph.nodes[i];
    if (node.op == "MatMul") graph.outputs.push_back({node.outputs[0], DataType::kFloat32, {}});
  }
  EXPECT_TRUE(CheckNames(graph).ok());
  HoistConstants(&graph);
  SpellByShapes(&graph);
  RemoveUnread(&graph);
  EXPECT_TRUE(CheckNames(graph).ok());
  return graph;
}

TEST(FoldConstantsTest, ReshapeOfAnInitializer) {
  const Graph graph = Folded({MakeNode("Reshape", {"raw", "shape"}, {"w"})},
                             {{"raw", Counting({3, 1, 2})}, {"shape", Shape({3, 2})}});
  EXPECT_EQ(graph.nodes.size(), 1u);
  ASSERT_EQ(graph.initializers.size(), 1u);
  EXPECT_TRUE(SameTensor(graph.initializers.at("w"), Counting({3, 2})));
}

TEST(FoldConstantsTest, ReshapeWithCopiedAndInferredDimensions) {
  const Graph graph = Folded({MakeNode("Reshape", {"raw", "shape"}, {"w"})},
                             {{"raw", Counting({3, 2, 2})}, {"shape", Shape({0, -1})}});
  EXPECT_EQ(graph.initializers.at("w").shape, (std::vector<int64_t>{3, 4}));
}

TEST(FoldConstantsTest, ImpossibleReshapesStay) {
  for (const auto& shape : {Shape({4, 2}), Shape({-1, -1}), Shape({-2, 3}), Shape({-1, 4}),
                            Shape({0, 0, 0}), Shape({int64_t{1} << 62, 4})}) {
    const Graph graph = Folded({MakeNode("Reshape", {"raw", "shape"}, {"w"})},
                               {{"raw", Counting({3, 2})}, {"shape", shape}});
    EXPECT_EQ(graph.nodes.size(), 2u);
    EXPECT_EQ(graph.initializers.size(), 2u);
  }
}

TEST(FoldConstantsTest, TransposeReversesAxesByDefault) {
  const Graph graph = Folded({MakeNode("Transpose", {"raw"}, {"w"})}, {{"raw", Counting({2, 3})}});
  EXPECT_EQ(graph.nodes.size(), 1u);
  EXPECT_TRUE(SameTensor(graph.initializers.at("w"),
                         Tensor::F32({3, 2}, std::vector<float>{1, 4, 2, 5, 3, 6})));
}

TEST(FoldConstantsTest, TransposeByPermutation) {
  // raw[i][j][k] = 1 + 6 i + 2 j + k; the result holds it at [j][k][i].
  const Graph graph =
      Folded({MakeNode("Transpose", {"raw"}, {"w"}, {{"perm", std::vector<int64_t>{1, 2, 0}}})},
             {{"raw", Counting({2, 3, 2})}});
  const Tensor& result = graph.initializers.at("w");
  ASSERT_EQ(result.shape, (std::vector<int64_t>{3, 2, 2}));
  for (int j = 0; j < 3; ++j) {
    for (int k = 0; k < 2; ++k) {
      for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(result.f32()[static_cast<size_t>(4 * j + 2 * k + i)],
                  static_cast<float>(1 + 6 * i + 2 * j + k));
      }
    }
  }
}

TEST(FoldConstantsTest, TransposesThatAreNoPermutationStay) {
  for (const auto& perm : {std::vector<int64_t>{0, 0}, {0, 2}, {0}, {-1, 0}}) {
    const Graph graph = Folded({MakeNode("Transpose", {"raw"}, {"w"}, {{"perm", perm}})},
                               {{"raw", Counting({2, 3})}});
    EXPECT_EQ(graph.nodes.size(), 2u);
  }
}

TEST(FoldConstantsTest, ChainsFromAConstantNode) {
  const Graph graph =
      Folded({MakeNode("Constant", {}, {"k"}, {{"value", Counting({6})}}),
              MakeNode("Constant", {}, {"s"}, {{"value", Shape({2, 3})}}),
              MakeNode("Reshape", {"k", "s"}, {"r"}), MakeNode("Identity", {"r"}, {"i"}),
              MakeNode("Transpose", {"i"}, {"w"})},
             {});
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].inputs[1], "w");
  ASSERT_EQ(graph.initializers.size(), 1u);
  EXPECT_EQ(graph.initializers.at("w").shape, (std::vector<int64_t>{3, 2}));
}

TEST(FoldConstantsTest, IdentitySharesItsSource) {
  const Graph graph =
      Folded({MakeNode("Identity", {"shared"}, {"w"}), MakeNode("MatMul", {"x", "shared"}, {"z"})},
             {{"shared", Counting({3, 2})}});
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].inputs[1], "shared");
  EXPECT_EQ(graph.nodes[1].inputs[1], "shared");
  EXPECT_EQ(graph.initializers.size(), 1u);
}

TEST(FoldConstantsTest, ConstantsWithOtherReadersAreNotCopied) {
  const Graph graph =
      Folded({MakeNode("Transpose", {"raw"}, {"w"}), MakeNode("MatMul", {"x", "raw"}, {"z"})},
             {{"raw", Counting({3, 3})}});
  // The other reader multiplies by the same weight, turned.
  EXPECT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.initializers.size(), 1u);
}

TEST(FoldConstantsTest, GraphOutputsKeepTheirProducers) {
  Graph graph;
  graph.outputs = {{"out", DataType::kFloat32, {2, 3}}};
  graph.initializers["raw"] = Counting({2, 3});
  graph.nodes = {MakeNode("Identity", {"raw"}, {"out"})};
  SpellByShapes(&graph);
  EXPECT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.initializers.size(), 1u);
}

TEST(FoldConstantsTest, ParametersInConstantNodesBecomeInitializers) {
  Graph graph = GemmGraph();
  graph.initializers.clear();
  graph.nodes.insert(graph.nodes.begin(),
                     MakeNode("Constant", {}, {"w"}, {{"value", Counting({2, 3})}}));
  graph.nodes.insert(graph.nodes.begin(),
                     MakeNode("Constant", {}, {"b"}, {{"value", Counting({2})}}));
  HoistConstants(&graph);
  ExpectSameGraph(graph, GemmGraph());
}

}  // namespace
}  // namespace dc
