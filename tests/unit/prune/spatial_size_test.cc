#include "prune/spatial_size.h"

#include <gtest/gtest.h>

namespace dc {
namespace {

Graph Network() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1, 28, 28}}};
  graph.initializers["w1"] = Tensor::Zeros(DataType::kFloat32, {20, 1, 5, 5});
  graph.initializers["w2"] = Tensor::Zeros(DataType::kFloat32, {50, 20, 3, 3});
  graph.initializers["b2"] = Tensor::Zeros(DataType::kFloat32, {50, 1, 1});
  const std::vector<int64_t> two = {2, 2};
  graph.nodes = {
      {"", "Conv", "", {"x", "w1"}, {"c1"}, {}},  // 24
      {"", "MaxPool", "", {"c1"}, {"p1"}, {{"kernel_shape", two}, {"strides", two}}},
      {"", "Relu", "", {"p1"}, {"r1"}, {}},  // 12
      {"",
       "Conv",
       "",
       {"r1", "w2"},
       {"c2"},  // dilated 5, padded by 1: (14 - 5) / 2 + 1
       {{"pads", std::vector<int64_t>{1, 1, 1, 1}}, {"strides", two}, {"dilations", two}}},
      {"", "Add", "", {"c2", "b2"}, {"a2"}, {}},
      {"", "GlobalAveragePool", "", {"a2"}, {"g"}, {}},
      {"", "Softmax", "", {"g"}, {"s"}, {}}};
  return graph;
}

TEST(SpatialSize, FollowsWindowsFromTheInput) {
  const Graph graph = Network();
  EXPECT_EQ(SpatialSize(graph, "x"), 28 * 28);
  EXPECT_EQ(SpatialSize(graph, "c1"), 24 * 24);
  EXPECT_EQ(SpatialSize(graph, "r1"), 12 * 12);
  EXPECT_EQ(SpatialSize(graph, "a2"), 5 * 5);
  EXPECT_EQ(SpatialSize(graph, "g"), 1);
}

TEST(SpatialSize, IsUnknownWhereItCannotBeTold) {
  Graph graph = Network();
  EXPECT_FALSE(SpatialSize(graph, "s"));
  EXPECT_FALSE(SpatialSize(graph, "w1"));
  EXPECT_FALSE(SpatialSize(graph, "nothing"));
  graph.nodes[1].attributes["ceil_mode"] = int64_t{1};
  EXPECT_FALSE(SpatialSize(graph, "p1"));
  graph = Network();
  graph.nodes[0].attributes["auto_pad"] = std::string("SAME_UPPER");
  EXPECT_FALSE(SpatialSize(graph, "c1"));
  graph = Network();
  graph.nodes[0].attributes["strides"] = std::vector<int64_t>{0, 0};
  EXPECT_FALSE(SpatialSize(graph, "c1"));
  graph = Network();
  graph.inputs[0].shape = {-1, 1, -1, 28};
  EXPECT_FALSE(SpatialSize(graph, "c1"));
}

}  // namespace
}  // namespace dc
