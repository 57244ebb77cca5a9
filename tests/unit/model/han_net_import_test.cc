#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>

#include "dc/import.h"
#include "dc/onnx.h"
#include "dc/quantized_weight.h"
#include "unit/model/han_net_packer.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::HasSubstr;

using test::NetLayer;

// x (N x 1 x 3 x 3) -> Conv(2 x 1 x 2 x 2) -> Flatten -> Gemm(transB, 3 x 8) -> MatMul(3 x 2) + b.
Graph ThreeLayers() {
  Graph graph;
  graph.name = "three";
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1, 3, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
  graph.initializers["conv_w"] = Counting({2, 1, 2, 2});
  graph.initializers["conv_b"] = Counting({2});
  graph.initializers["gemm_w"] = Counting({3, 8});
  graph.initializers["gemm_b"] = Counting({3});
  graph.initializers["product_w"] = Counting({3, 2});
  graph.initializers["product_b"] = Counting({2});
  graph.nodes.push_back(MakeNode("Conv", {"x", "conv_w", "conv_b"}, {"c"}));
  graph.nodes.push_back(MakeNode("Flatten", {"c"}, {"f"}));
  graph.nodes.push_back(
      MakeNode("Gemm", {"f", "gemm_w", "gemm_b"}, {"g"}, {{"transB", int64_t{1}}}));
  graph.nodes.push_back(MakeNode("MatMul", {"g", "product_w"}, {"p"}));
  graph.nodes.push_back(MakeNode("Add", {"p", "product_b"}, {"y"}));
  return graph;
}

const std::vector<int> kConvCodes = {200, 0, 0, 3, 0, 0, 9, 0};
const std::vector<int> kGemmCodes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                     0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 1};
const std::vector<int> kProductCodes = {1, 2, 0, 4, 5, 6};  // 2 outputs of 3 inputs

std::vector<NetLayer> Net() {
  std::vector<NetLayer> net(3);
  net[0].codebook = test::SomeCodebook(256);
  net[0].bias = {-1.0f, -2.0f};
  test::StoreCodes(kConvCodes, 0, &net[0]);
  net[1].codebook = test::SomeCodebook(16);
  net[1].bias = {3.0f, -0.0f, 5.0f};
  test::StoreCodes(kGemmCodes, 0, &net[1]);
  net[2].codebook = test::SomeCodebook(16);
  net[2].bias = {6.0f, 7.0f};
  test::StoreCodes(kProductCodes, 0, &net[2]);
  return net;
}

StatusOr<std::vector<ImportedLayer>> Import(const std::vector<NetLayer>& net, Graph* graph) {
  const std::string file = test::PackNet(net);
  return ImportHanNet({reinterpret_cast<const uint8_t*>(file.data()), file.size()}, graph);
}

void ExpectRefused(Graph graph, const std::vector<std::string>& words) {
  const auto layers = Import(Net(), &graph);
  ASSERT_FALSE(layers.ok());
  for (const std::string& word : words) EXPECT_THAT(layers.status().ToString(), HasSubstr(word));
}

std::vector<uint16_t> Wide(const std::vector<int>& codes) { return {codes.begin(), codes.end()}; }

std::vector<float> Floats(const Graph& graph, const std::string& name) {
  const auto values = graph.initializers.at(name).f32();
  return {values.begin(), values.end()};
}

TEST(HanNetImportTest, FillsWeightsAndBiasesInNodeOrder) {
  Graph graph = ThreeLayers();
  const auto layers = Import(Net(), &graph);
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();

  const auto conv = GetQuantizedWeight(graph, "conv_w");
  ASSERT_TRUE(conv.ok()) << conv.status().ToString();
  EXPECT_EQ(conv->codes, Wide(kConvCodes));
  EXPECT_EQ(conv->codebook, test::SomeCodebook(256));
  EXPECT_EQ(conv->bits, 8);
  const auto gemm = GetQuantizedWeight(graph, "gemm_w");
  ASSERT_TRUE(gemm.ok());
  EXPECT_EQ(gemm->codes, Wide(kGemmCodes));
  EXPECT_EQ(gemm->codebook, test::SomeCodebook(16));
  EXPECT_EQ(gemm->bits, 4);
  const auto product = GetQuantizedWeight(graph, "product_w");
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->shape, (std::vector<int64_t>{3, 2}));
  EXPECT_EQ(product->codes, (std::vector<uint16_t>{1, 4, 2, 5, 0, 6}));  // kProductCodes, turned

  EXPECT_EQ(Floats(graph, "conv_b"), (std::vector<float>{-1.0f, -2.0f}));
  EXPECT_EQ(graph.initializers.at("gemm_b").bytes[7], 0x80);  // -0.0 keeps its sign
  EXPECT_EQ(Floats(graph, "gemm_b"), (std::vector<float>{3.0f, 0.0f, 5.0f}));
  EXPECT_EQ(Floats(graph, "product_b"), (std::vector<float>{6.0f, 7.0f}));

  ASSERT_EQ(layers->size(), 3u);
  EXPECT_EQ((*layers)[1].name, "gemm_w");
  EXPECT_EQ((*layers)[1].weights, 24);
  EXPECT_EQ((*layers)[1].survivors, 2);
  EXPECT_EQ((*layers)[1].entries, 3);
  EXPECT_EQ((*layers)[1].fillers, 1);
}

TEST(HanNetImportTest, RecordsItselfWithTheFloatModelsSize) {
  Graph graph = ThreeLayers();
  ASSERT_TRUE(Import(Net(), &graph).ok());
  EXPECT_EQ(graph.metadata.at("dc.baseline_bytes"), std::to_string(4 * (8 + 2 + 24 + 3 + 6 + 2)));
  EXPECT_EQ(graph.metadata.at("dc.history"), "import");
  EXPECT_EQ(graph.metadata.at("dc.import.settings"), "from=han-net");
}

TEST(HanNetImportTest, ATextTopologyWithoutValuesIsEnough) {
  auto graph = ParseModelText(R"(<ir_version: 8, opset_import: ["" : 13]>
three (float[N, 1, 3, 3] x) => (float[N, 2] y)
<float[2, 1, 2, 2] conv_w, float[2] conv_b, float[3, 8] gemm_w, float[3] gemm_b,
 float[3, 2] product_w, float[2] product_b>
{
  c = Conv (x, conv_w, conv_b)
  f = Flatten (c)
  g = Gemm <transB = 1> (f, gemm_w, gemm_b)
  y = Gemm (g, product_w, product_b)
}
)",
                              "text");
  ASSERT_TRUE(graph.ok()) << graph.status().ToString();
  ASSERT_TRUE(Import(Net(), &*graph).ok());
  EXPECT_TRUE(graph->uninitialized.empty());
  const auto product = GetQuantizedWeight(*graph, "product_w");
  ASSERT_TRUE(product.ok());
  EXPECT_EQ(product->codes, (std::vector<uint16_t>{1, 4, 2, 5, 0, 6}));
  EXPECT_EQ(Floats(*graph, "conv_b"), (std::vector<float>{-1.0f, -2.0f}));
}

TEST(HanNetImportTest, AQuantizedTopologyIsFilledAgain) {
  Graph graph = ThreeLayers();
  ASSERT_TRUE(Import(Net(), &graph).ok());
  std::vector<NetLayer> other = Net();
  other[0].codes[0] = 17;
  ASSERT_TRUE(Import(other, &graph).ok());
  EXPECT_EQ(GetQuantizedWeight(graph, "conv_w")->codes[0], 17);
  EXPECT_EQ(graph.metadata.at("dc.history"), "import; import");
}

TEST(HanNetImportTest, RefusesTopologiesThatTheFileCannotFill) {
  Graph graph = ThreeLayers();
  graph.nodes[0].inputs.pop_back();
  ExpectRefused(graph, {"biases", "'c_node'", "add a bias of 2 zeros"});

  graph = ThreeLayers();
  graph.nodes[4].inputs[1] = "conv_b";
  ExpectRefused(graph, {"a bias that several nodes read"});

  graph = ThreeLayers();
  graph.nodes[2].attributes["alpha"] = 0.5f;
  ExpectRefused(graph, {"alpha or beta", "'g_node'"});

  graph = ThreeLayers();
  graph.initializers["gemm_w"] = Counting({3, 9});
  graph.nodes[2].inputs = {"f", "gemm_w", "gemm_b"};
  Graph larger = graph;
  const auto fits = Import(Net(), &larger);  // a larger layer ends in zeros
  EXPECT_TRUE(fits.ok());
  graph.initializers["gemm_w"] = Counting({3, 7});
  ExpectRefused(graph, {"a position outside", "layer 2 of 3", "'gemm_w'"});

  graph = ThreeLayers();
  graph.uninitialized.push_back({"norm", DataType::kFloat32, {4}});
  ExpectRefused(graph, {"'norm'", "does not hold"});

  graph = ThreeLayers();
  graph.nodes = {MakeNode("Relu", {"x"}, {"y"})};
  ExpectRefused(graph, {"without weights"});
}

}  // namespace
}  // namespace dc
