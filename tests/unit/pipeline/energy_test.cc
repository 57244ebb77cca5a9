// Energy of layers: operations times bits.
#include <gtest/gtest.h>

#include "dc/quantized_weight.h"
#include "dc/report.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

// x (4 x 4) -> Conv 2 of 3 x 3 -> UniformQuantize 0 .. 15 -> Flatten -> Gemm 5 x 8 -> y.
Graph TwoLayers() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1, 4, 4}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 5}}};
  graph.initializers["conv.w"] = Tensor::Zeros(DataType::kFloat32, {2, 1, 3, 3});
  graph.initializers["fc.w"] = Tensor::Zeros(DataType::kFloat32, {5, 8});
  graph.initializers["s"] = Tensor::F32({}, std::vector<float>{0.1f});
  graph.nodes.push_back(MakeNode("Conv", {"x", "conv.w"}, {"c"}));
  graph.nodes.push_back(MakeNode("UniformQuantize", {"c", "s"}, {"q"}));
  graph.nodes.back().attributes = {{"low", int64_t{0}}, {"high", int64_t{15}}};
  graph.nodes.push_back(MakeNode("Flatten", {"q"}, {"f"}));
  graph.nodes.push_back(MakeNode("Gemm", {"f", "fc.w"}, {"y"}));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  return graph;
}

void Quantize(const std::string& name, const std::vector<float>& codebook, Graph* graph) {
  QuantizedWeight weight;
  weight.shape = graph->initializers.at(name).shape;
  weight.codebook = codebook;
  weight.codes.assign(static_cast<size_t>(graph->initializers.at(name).size()), 0);
  ASSERT_TRUE(SetQuantizedWeight(graph, name, weight).ok());
}

TEST(Energy, IsOperationsTimesTheWiderBits) {
  Graph graph = TwoLayers();
  Quantize("fc.w", {0, -0.5f, 0.25f, 0.75f}, &graph);  // -2 .. 3 times 0.25: 3 bits
  const auto energy = EstimateEnergy(graph);
  ASSERT_TRUE(energy.ok());
  ASSERT_EQ(energy->size(), 2u);
  const LayerEnergy& conv = (*energy)[0];
  EXPECT_EQ(conv.name, "conv.w");
  EXPECT_EQ(conv.operations, 2 * 9 * 4);  // at 2 x 2 places
  EXPECT_EQ(conv.weight_bits, 32);
  EXPECT_EQ(conv.activation_bits, 32);
  EXPECT_EQ(conv.energy(), 2 * 72);
  const LayerEnergy& fc = (*energy)[1];
  EXPECT_EQ(fc.operations, 40);
  EXPECT_EQ(fc.weight_bits, 3);
  EXPECT_EQ(fc.activation_bits, 4);
  EXPECT_EQ(fc.energy(), 10);
}

TEST(Energy, BitsAreThoseOfTheGrid) {
  const std::vector<std::pair<std::vector<float>, int>> cases = {
      {{-0.3f, 0.3f}, 1},     // a sign
      {{0, -0.3f, 0.3f}, 2},  // ternary
      {{0, -8, 7}, 4},        // two's complement
      {{0, -8, 8, 1}, 5},
      {{0, -0.5f, 1.25f, 3}, 5},    // steps of 0.25 up to 12
      {{0, 0.1f, 0.3f, -0.7f}, 4},  // tenths, which floats do not have
      {{0, 0.11f, 0.2503f, 0.7071f}, 32},
  };
  for (const auto& [codebook, bits] : cases) {
    Graph graph = TwoLayers();
    Quantize("conv.w", codebook, &graph);
    EXPECT_EQ((*EstimateEnergy(graph))[0].weight_bits, bits) << codebook.back();
  }
}

}  // namespace
}  // namespace dc
