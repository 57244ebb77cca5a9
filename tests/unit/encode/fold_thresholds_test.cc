#include "encode/fold_thresholds.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "dc/quantized_weight.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

constexpr size_t kInputs = 6, kChannels = 5;

// Signs of x, times signs, normalized: rising, falling, constant and far-off channels.
struct Norm {
  std::vector<float> scale = {0.7f, -0.4f, 0.0f, 2.0f, -1.5f};
  std::vector<float> bias = {0.1f, 0.3f, -0.5f, 90.0f, 0.9f};
  std::vector<float> mean = {1.3f, -2.2f, 0.0f, 0.5f, 0.25f};
  std::vector<float> variance = {2.0f, 0.5f, 1.0f, 1.0f, 3.0f};

  double Of(size_t c, double k) const {
    return (k - mean[c]) / std::sqrt(variance[c] + 1e-5) * scale[c] + bias[c];
  }
};

Graph NetworkWith(const Node& quantizer, const Norm& norm) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, kInputs}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, kChannels}}};
  const float one = 1;
  graph.initializers["one"] = Tensor::F32({}, {&one, 1});
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, {kInputs, kChannels});
  const std::vector<int64_t> vector = {kChannels};
  graph.initializers["scale"] = Tensor::F32(vector, norm.scale);
  graph.initializers["bias"] = Tensor::F32(vector, norm.bias);
  graph.initializers["mean"] = Tensor::F32(vector, norm.mean);
  graph.initializers["variance"] = Tensor::F32(vector, norm.variance);
  graph.nodes.push_back(MakeNode("BinaryQuantize", {"x", "one"}, {"s"}));
  graph.nodes.push_back(MakeNode("MatMul", {"s", "w"}, {"h"}));
  graph.nodes.push_back(
      MakeNode("BatchNormalization", {"h", "scale", "bias", "mean", "variance"}, {"n"}));
  graph.nodes.push_back(quantizer);
  QuantizedWeight weight;
  weight.shape = {kInputs, kChannels};
  weight.codebook = {-1, 1};
  for (size_t i = 0; i < kInputs * kChannels; ++i) weight.codes.push_back(i % 3 == 0);
  EXPECT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  return graph;
}

// What the folded graph makes of h = k in channel c: the sum of its choices by sign.
double Folded(const Graph& graph, size_t c, double k) {
  double y = 0;
  for (const Node& node : graph.nodes) {
    if (node.op != "Sub") continue;
    const float threshold = graph.Constant(node.inputs[1])->f32()[c];
    const Node& choice = graph.nodes[graph.Consumers(node.outputs[0])[0]];
    const auto sides = graph.Constant(choice.inputs[1])->f32();
    const float side = sides.size() == 1 ? sides[0] : sides[c];
    y += k - threshold >= 0 ? side : -side;
  }
  return y;
}

bool Has(const Graph& graph, const std::string& op) {
  for (const Node& node : graph.nodes) {
    if (node.op == op) return true;
  }
  return false;
}

TEST(FoldThresholds, SignsAreThoseOfTheBatchNormalization) {
  const Norm norm;
  Graph graph = NetworkWith(MakeNode("BinaryQuantize", {"n", "one"}, {"y"}), norm);
  FoldThresholds(&graph);
  ASSERT_FALSE(Has(graph, "BatchNormalization"));
  for (size_t c = 0; c < kChannels; ++c) {
    for (int k = -6; k <= 6; ++k) {
      EXPECT_EQ(Folded(graph, c, k), norm.Of(c, k) >= 0 ? 1 : -1) << c << ", " << k;
    }
  }
}

TEST(FoldThresholds, ThreeLevelsAreTwoChoices) {
  Norm norm;
  norm.bias[3] = 0.0f;
  Graph graph = NetworkWith(MakeNode("UniformQuantize", {"n", "one"}, {"y"},
                                     {{"low", int64_t{-1}}, {"high", int64_t{1}}}),
                            norm);
  FoldThresholds(&graph);
  ASSERT_FALSE(Has(graph, "BatchNormalization"));
  for (size_t c = 0; c < kChannels; ++c) {
    for (int k = -6; k <= 6; ++k) {
      const double level = std::clamp(std::nearbyint(norm.Of(c, k)), -1.0, 1.0);
      EXPECT_EQ(Folded(graph, c, k), level) << c << ", " << k;
    }
  }
}

TEST(FoldThresholds, LeavesAloneWhatIsNotExact) {
  const Norm norm;
  const Node sign = MakeNode("BinaryQuantize", {"n", "one"}, {"y"});
  {
    Graph graph = NetworkWith(sign, norm);  // the input is any number
    graph.nodes.erase(graph.nodes.begin());
    graph.nodes[graph.Consumers("s")[0]].inputs[0] = "x";
    FoldThresholds(&graph);
    EXPECT_TRUE(Has(graph, "BatchNormalization"));
  }
  {
    Graph graph = NetworkWith(sign, norm);  // somebody else reads the batch normalization
    graph.outputs.push_back({"n", DataType::kFloat32, {-1, kChannels}});
    FoldThresholds(&graph);
    EXPECT_TRUE(Has(graph, "BatchNormalization"));
  }
  {
    Graph graph = NetworkWith(MakeNode("UniformQuantize", {"n", "one"}, {"y"},
                                       {{"low", int64_t{0}}, {"high", int64_t{7}}}),
                              norm);  // eight levels
    FoldThresholds(&graph);
    EXPECT_TRUE(Has(graph, "BatchNormalization"));
  }
}

}  // namespace
}  // namespace dc
