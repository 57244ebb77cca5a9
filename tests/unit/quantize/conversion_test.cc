// Conversion without training: ranges, folded normalization, corrected biases.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "dc/quantized_weight.h"
#include "quantize/bias_correction.h"
#include "quantize/fold_batch_norms.h"
#include "quantize/methods/method_parts.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::ElementsAre;

TEST(RangeOf, FollowsItsRule) {
  ObservedValue value;
  value.least = -1;
  value.greatest = 9;
  value.average = 6;
  for (int i = 1; i <= 20000; ++i) value.some.push_back(static_cast<float>(i) * 1e-4f);
  value.some.push_back(9);
  EXPECT_EQ(RangeOf(value, "max", 127), 9.0f);
  EXPECT_EQ(RangeOf(value, "moving-average", 127), 6.0f);
  // 99.99 % of 20,001 magnitudes: the one at place 19,998.
  EXPECT_NEAR(RangeOf(value, "percentile", 127), 1.9999f, 1e-4);
  // With three steps up to 9 almost everything becomes 0; clipping the one outlier costs less.
  EXPECT_LT(RangeOf(value, "mse", 3), 3.0f);
}

// x -> Gemm(w: 2 x 3, no bias) -> BatchNormalization -> y.
Graph NormalizedGemm() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.initializers["w"] = Tensor::F32({2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6});
  graph.initializers["gamma"] = Tensor::F32({2}, std::vector<float>{2, -1});
  graph.initializers["beta"] = Tensor::F32({2}, std::vector<float>{0.5f, 1});
  graph.initializers["mean"] = Tensor::F32({2}, std::vector<float>{10, -3});
  graph.initializers["var"] = Tensor::F32({2}, std::vector<float>{3.75f, 0});
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w"}, {"h"}));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  graph.nodes.push_back(
      MakeNode("BatchNormalization", {"h", "gamma", "beta", "mean", "var"}, {"y"}));
  graph.nodes.back().attributes["epsilon"] = 0.25f;
  return graph;
}

std::vector<float> ValuesOf(const Graph& graph, const std::string& name) {
  const auto values = graph.initializers.at(name).f32();
  return {values.begin(), values.end()};
}

TEST(FoldBatchNorms, WeightsAndBiasTakeIt) {
  Graph graph = NormalizedGemm();
  ASSERT_EQ(FoldBatchNorms(&graph), 1);
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].outputs, std::vector<std::string>{"y"});
  // Factors 2 / sqrt(4) = 1 and -1 / sqrt(0.25) = -2.
  EXPECT_THAT(ValuesOf(graph, "w"), ElementsAre(1, 2, 3, -8, -10, -12));
  // 0.5 - 10 * 1 and 1 + 3 * -2.
  EXPECT_THAT(ValuesOf(graph, graph.nodes[0].inputs[2]), ElementsAre(-9.5f, -5));
  EXPECT_EQ(graph.initializers.size(), 2u);
}

TEST(FoldBatchNorms, AMatMulGetsAnAddAndABiasIsScaled) {
  Graph graph = NormalizedGemm();
  graph.nodes[0] = MakeNode("MatMul", {"x", "v"}, {"h"});
  graph.initializers.erase("w");
  graph.initializers["v"] = Tensor::F32({3, 2}, std::vector<float>{1, 2, 3, 4, 5, 6});
  ASSERT_EQ(FoldBatchNorms(&graph), 1);
  EXPECT_THAT(ValuesOf(graph, "v"), ElementsAre(1, -4, 3, -8, 5, -12));
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[1].op, "Add");

  Graph biased = NormalizedGemm();
  biased.nodes[0].inputs.push_back("b");
  biased.initializers["b"] = Tensor::F32({2}, std::vector<float>{100, 1});
  ASSERT_EQ(FoldBatchNorms(&biased), 1);
  EXPECT_THAT(ValuesOf(biased, "b"), ElementsAre(90.5f, -7));
}

TEST(FoldBatchNorms, LeavesWhatOthersReadToo) {
  Graph graph = NormalizedGemm();
  graph.outputs.push_back({"h", DataType::kFloat32, {-1, 2}});
  EXPECT_EQ(FoldBatchNorms(&graph), 0);
  graph = NormalizedGemm();
  graph.initializers.erase("mean");
  graph.inputs.push_back({"mean", DataType::kFloat32, {2}});
  EXPECT_EQ(FoldBatchNorms(&graph), 0);
}

TEST(CorrectBiases, LowersThemByTheShiftOfTheMeans) {
  Graph floats = NormalizedGemm();
  floats.nodes.resize(1);
  floats.outputs[0].name = "h";
  Graph graph = floats;
  const QuantizedWeight weight{{2, 3}, {1, 3, 5}, {0, 0, 1, 2, 2, 2}, "kmeans", 2};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  int asked = 0;
  const Observer observe = [&](const Graph& of, const std::vector<std::string>& names) {
    EXPECT_THAT(names, ElementsAre("h"));
    ObservedValue value;
    value.some = {0};
    const bool first = asked++ == 0;
    EXPECT_EQ(of.initializers.at("w").f32()[1], first ? 2.0f : 1.0f);  // floats, then dequantized
    value.channel_means = first ? std::vector<double>{1, 2} : std::vector<double>{0.25, 2.5};
    return StatusOr<std::map<std::string, ObservedValue>>({{"h", value}});
  };
  ASSERT_TRUE(CorrectBiases(floats, observe, &graph).ok());
  EXPECT_EQ(asked, 2);
  const Node* layer = graph.Producer("h");
  ASSERT_EQ(layer->inputs.size(), 3u);
  EXPECT_THAT(ValuesOf(graph, layer->inputs[2]), ElementsAre(0.75f, -0.5f));
  EXPECT_TRUE(IsQuantized(graph, "w"));
}

}  // namespace
}  // namespace dc
