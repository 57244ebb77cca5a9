#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "dc/train.h"
#include "unit/train/graph_builder.h"

namespace dc {
namespace {

using ::testing::Each;

// A graph whose every initializer became a declaration without a value.
Graph Declared() {
  train::GraphBuilder b({16, 12, 12});
  b.Conv("conv", 16, 64, 3)
      .Add("BatchNormalization", "bn",
           {b.Random("scale", {64}), b.Random("offset", {64}), b.Random("mean", {64}),
            b.Random("variance", {64})})
      .Add("Relu", "relu")
      .Add("Flatten", "flat")
      .Dense("fc", 6400, 50);
  Graph graph = b.Build();
  for (const auto& [name, tensor] : graph.initializers) {
    graph.uninitialized.push_back({name, DataType::kFloat32, tensor.shape});
  }
  graph.initializers.clear();
  return graph;
}

double Deviation(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (float v : values) {
    sum += v;
    squares += static_cast<double>(v) * v;
  }
  const double mean = sum / values.size();
  return std::sqrt(squares / values.size() - mean * mean);
}

TEST(InitializeParameters, HeBeforeReluGlorotElsewhere) {
  Graph graph = Declared();
  ASSERT_TRUE(InitializeParameters(&graph, 3).ok());
  EXPECT_TRUE(graph.uninitialized.empty());
  // He through the batch norm: sqrt(2 / (16 * 9)).
  const auto conv = graph.initializers.at("conv.weight").f32();
  EXPECT_NEAR(Deviation(conv), 0.11785, 0.003);
  EXPECT_GT(*std::max_element(conv.begin(), conv.end()), 3 * 0.11785);  // normal, not uniform
  // Glorot: uniform up to sqrt(6 / 6450) = 0.0305, deviation that over sqrt(3).
  const auto fc = graph.initializers.at("fc.weight").f32();
  EXPECT_NEAR(Deviation(fc), 0.017609, 0.0002);
  EXPECT_LE(*std::max_element(fc.begin(), fc.end()), 0.03051f);
  EXPECT_THAT(graph.initializers.at("scale").f32(), Each(1.0f));
  EXPECT_THAT(graph.initializers.at("variance").f32(), Each(1.0f));
  for (const char* zero : {"conv.bias", "fc.bias", "offset", "mean"}) {
    EXPECT_THAT(graph.initializers.at(zero).f32(), Each(0.0f)) << zero;
  }
}

TEST(InitializeParameters, FollowsTheSeedAndKeepsWhatHasAValue) {
  Graph first = Declared(), second = Declared(), third = Declared();
  first.uninitialized.erase(std::find_if(first.uninitialized.begin(), first.uninitialized.end(),
                                         [](const ValueInfo& v) { return v.name == "scale"; }));
  first.initializers["scale"] = Tensor::F32({64}, std::vector<float>(64, 7.0f));
  ASSERT_TRUE(InitializeParameters(&first, 3).ok());
  ASSERT_TRUE(InitializeParameters(&second, 3).ok());
  ASSERT_TRUE(InitializeParameters(&third, 4).ok());
  EXPECT_THAT(first.initializers.at("scale").f32(), Each(7.0f));
  const auto bytes = [](const Graph& g) { return g.initializers.at("conv.weight").bytes; };
  EXPECT_EQ(bytes(first), bytes(second));
  EXPECT_NE(bytes(second), bytes(third));
}

TEST(InitializeParameters, RefusesOpenAndHugeShapes) {
  for (const std::vector<int64_t>& shape :
       {std::vector<int64_t>{-1, 3}, {int64_t{1} << 40, int64_t{1} << 40}}) {
    Graph graph;
    graph.uninitialized.push_back({"w", DataType::kFloat32, shape});
    const Status status = InitializeParameters(&graph, 1);
    EXPECT_EQ(status.code(), StatusCode::kBadInput);
    EXPECT_THAT(status.ToString(), ::testing::HasSubstr("\"w\""));
  }
  Graph graph;
  graph.uninitialized.push_back({"w", DataType::kInt64, {3}});
  EXPECT_EQ(InitializeParameters(&graph, 1).code(), StatusCode::kUnsupported);
}

}  // namespace
}  // namespace dc
