#include "dc/quantized_weight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <numeric>
#include <set>
#include <string>

#include "dc/onnx.h"
#include "unit/data/scratch_dir.h"
#include "unit/model/graph_equal.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::HasSubstr;

QuantizedWeight Sparse() {
  QuantizedWeight weight;
  weight.shape = {2, 3};
  weight.codebook = {0, -0.5f, 2};
  weight.codes = {0, 1, 2, 0, 2, 1};
  weight.policy = "kmeans";
  weight.bits = 5;
  return weight;
}

void ExpectSame(const QuantizedWeight& a, const QuantizedWeight& b) {
  EXPECT_EQ(a.shape, b.shape);
  EXPECT_EQ(a.codebook, b.codebook);
  EXPECT_EQ(a.codes, b.codes);
  EXPECT_EQ(a.policy, b.policy);
  EXPECT_EQ(a.bits, b.bits);
}

TEST(QuantizedWeightTest, BecomesCastAndGather) {
  Graph graph = GemmGraph();
  EXPECT_FALSE(IsQuantized(graph, "w"));
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  EXPECT_TRUE(IsQuantized(graph, "w"));
  EXPECT_EQ(graph.initializers.count("w"), 0u);
  const Tensor& codes = graph.initializers.at("w_codes");
  EXPECT_EQ(codes.type, DataType::kUint8);
  EXPECT_EQ(codes.shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(codes.bytes, (std::vector<uint8_t>{0, 1, 2, 0, 2, 1}));
  EXPECT_EQ(graph.initializers.at("w_codebook").f32()[1], -0.5f);
  ASSERT_EQ(graph.nodes.size(), 4u);
  EXPECT_EQ(graph.nodes[0].op, "Cast");
  EXPECT_EQ(graph.nodes[0].Int("to", 0), 6);  // ONNX's number of int32
  EXPECT_EQ(graph.nodes[1].op, "Gather");
  EXPECT_EQ(graph.nodes[1].outputs, std::vector<std::string>{"w"});
  EXPECT_EQ(graph.metadata.at("dc.weight.w.policy"), "kmeans");
  EXPECT_EQ(graph.metadata.at("dc.weight.w.bits"), "5");
}

TEST(QuantizedWeightTest, ReadsBackWhatWasSet) {
  Graph graph = GemmGraph();
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  const auto read = GetQuantizedWeight(graph, "w");
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  ExpectSame(*read, Sparse());
  EXPECT_TRUE(read->sparse());
}

TEST(QuantizedWeightTest, LargeCodebooksUseTwoBytes) {
  Graph graph = GemmGraph();
  QuantizedWeight weight = Sparse();
  weight.codebook.resize(65536);
  std::iota(weight.codebook.begin(), weight.codebook.end(), 1.0f);
  weight.codes = {0, 255, 256, 257, 65535, 1};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  EXPECT_EQ(graph.initializers.at("w_codes").type, DataType::kUint16);
  const auto read = GetQuantizedWeight(graph, "w");
  ASSERT_TRUE(read.ok());
  ExpectSame(*read, weight);
  EXPECT_FALSE(read->sparse());

  weight.codebook.resize(256);
  weight.codes = {0, 255, 0, 0, 0, 1};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", weight).ok());
  EXPECT_EQ(graph.initializers.at("w_codes").type, DataType::kUint8);
}

TEST(QuantizedWeightTest, SettingAgainReplacesTheEarlierForm) {
  Graph graph = GemmGraph();
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  QuantizedWeight second = Sparse();
  second.codebook = {0, 1, 3};
  second.codes = {2, 2, 2, 1, 1, 0};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", second).ok());
  EXPECT_EQ(graph.nodes.size(), 4u);
  EXPECT_EQ(graph.initializers.size(), 3u);  // codes, codebook and the bias
  ExpectSame(*GetQuantizedWeight(graph, "w"), second);
}

TEST(QuantizedWeightTest, SurvivesOnnxWithItsOperators) {
  Graph graph = GemmGraph();
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  const ScratchDir dir;
  const Status saved = SaveModel(graph, dir.File("q.onnx"));
  ASSERT_TRUE(saved.ok()) << saved.ToString();
  const auto loaded = LoadModel(dir.File("q.onnx"));
  ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
  ExpectSameGraph(graph, *loaded);
  ExpectSame(*GetQuantizedWeight(*loaded, "w"), Sparse());
}

TEST(QuantizedWeightTest, DequantizingGivesTheFloatGraphBack) {
  Graph graph = GemmGraph();
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  ASSERT_TRUE(DequantizeAll(&graph).ok());
  Graph expected = GemmGraph();
  expected.initializers["w"] = Tensor::F32({2, 3}, std::vector<float>{0, -0.5f, 2, 0, 2, -0.5f});
  ExpectSameGraph(graph, expected);
}

TEST(QuantizedWeightTest, DequantizingKeepsCodesThatAnotherWeightShares) {
  Graph graph = GemmGraph();
  graph.initializers["w2"] = Counting({2, 3});
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w2"}, {"z"}, {{"transB", int64_t{1}}}));
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  // A second codebook on the same codes.
  graph.initializers["other_codebook"] = Counting({3});
  graph.initializers.erase("w2");
  const auto gather = MakeNode("Gather", {"other_codebook", graph.nodes[0].outputs[0]}, {"w2"});
  graph.nodes.insert(graph.nodes.begin() + 2, gather);
  ASSERT_TRUE(DequantizeAll(&graph).ok());
  EXPECT_EQ(graph.initializers.at("w").f32()[2], 2.0f);
  EXPECT_EQ(graph.initializers.at("w2").f32()[2], 3.0f);
  EXPECT_EQ(graph.initializers.size(), 3u);
  EXPECT_EQ(graph.nodes.size(), 3u);
}

TEST(QuantizedWeightTest, NamesOfTheFormAvoidTakenOnes) {
  Graph graph = GemmGraph();
  graph.initializers["w_codes"] = Counting({1});
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  EXPECT_EQ(graph.initializers.at("w_codes").type, DataType::kFloat32);
  ExpectSame(*GetQuantizedWeight(graph, "w"), Sparse());
}

TEST(QuantizedWeightTest, NodesOfTheFormAvoidTakenNames) {
  Graph graph = GemmGraph();
  graph.nodes[0].name = "w";
  graph.nodes[1].name = "w_indices";
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  std::set<std::string> names;
  for (const Node& node : graph.nodes) names.insert(node.name);
  EXPECT_EQ(names.size(), 4u);
  EXPECT_EQ(graph.nodes[2].name, "w");
  EXPECT_EQ(graph.nodes[3].name, "w_indices");
}

TEST(QuantizedWeightTest, RefusesWhatDoesNotFit) {
  const auto set = [](const std::string& name, const QuantizedWeight& weight) {
    Graph graph = GemmGraph();
    const Status status = SetQuantizedWeight(&graph, name, weight);
    ExpectSameGraph(graph, GemmGraph());
    EXPECT_EQ(status.code(), StatusCode::kBadInput);
    return status.ToString();
  };
  EXPECT_THAT(set("nothing", Sparse()), HasSubstr("'nothing'"));
  QuantizedWeight weight = Sparse();
  weight.codes[4] = 3;
  EXPECT_THAT(set("w", weight), HasSubstr("code 3 is outside the codebook of 3 entries"));
  weight = Sparse();
  weight.codes.pop_back();
  EXPECT_THAT(set("w", weight), HasSubstr("5 codes for shape 2x3"));
  weight = Sparse();
  weight.shape = {3, 2};
  EXPECT_THAT(set("w", weight), HasSubstr("3x2"));
  weight = Sparse();
  weight.codebook.clear();
  EXPECT_THAT(set("w", weight), HasSubstr("codebook of 0 entries"));
  weight = Sparse();
  weight.codebook[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(set("w", weight), HasSubstr("NaN"));
}

TEST(QuantizedWeightTest, RefusesDamagedForms) {
  Graph graph = GemmGraph();
  EXPECT_EQ(GetQuantizedWeight(graph, "w").status().code(), StatusCode::kBadInput);
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Sparse()).ok());
  graph.initializers["w_codes"].bytes[5] = 17;
  EXPECT_THAT(GetQuantizedWeight(graph, "w").status().ToString(), HasSubstr("element 5"));
  EXPECT_FALSE(DequantizeAll(&graph).ok());
  graph.initializers["w_codes"].bytes[5] = 1;
  graph.metadata["dc.weight.w.bits"] = "many";
  EXPECT_THAT(GetQuantizedWeight(graph, "w").status().ToString(), HasSubstr("dc.weight.w.bits"));
}

TEST(QuantizedWeightTest, PrunedCodesGetTheZeroOfTheGrid) {
  QuantizedWeight weight;
  weight.shape = {2, 3};
  weight.codebook = {-2, -1, 0, 1};
  weight.codes = {0, 1, 2, 3, 0, 1};
  weight.scales = {0.5f, 3};
  ASSERT_TRUE(PruneCodes({1, 0, 1, 1, 1, 0}, &weight).ok());
  EXPECT_EQ(weight.codebook, (std::vector<float>{0, -2, -1, 1}));
  EXPECT_EQ(weight.Values(), (std::vector<float>{-1, 0, 0, 3, -6, 0}));
  EXPECT_TRUE(weight.sparse());
}

TEST(QuantizedWeightTest, AGridWithoutZeroGetsOneForWhatIsPruned) {
  QuantizedWeight weight;
  weight.shape = {4};
  weight.codebook = {1, -1};
  weight.codes = {0, 1, 1, 0};
  ASSERT_TRUE(PruneCodes({0, 1, 1, 1}, &weight).ok());
  EXPECT_EQ(weight.codebook, (std::vector<float>{0, -1, 1}));
  EXPECT_EQ(weight.Values(), (std::vector<float>{0, -1, -1, 1}));
}

TEST(QuantizedWeightTest, AFullCodebookHasRoomForZeroOnlyWhereAnEntryFallsAway) {
  QuantizedWeight weight;
  weight.shape = {65536};
  for (int i = 0; i < 65536; ++i) {
    weight.codebook.push_back(static_cast<float>(i) + 1);
    weight.codes.push_back(static_cast<uint16_t>(i));
  }
  std::vector<uint8_t> kept(65536, 1);
  QuantizedWeight one_less = weight;
  kept[7] = 0;  // the only weight that has entry 7
  ASSERT_TRUE(PruneCodes(kept, &one_less).ok());
  EXPECT_EQ(one_less.codebook.size(), 65536u);
  const std::vector<float> values = one_less.Values();
  EXPECT_EQ(values[7], 0.0f);
  EXPECT_EQ(values[6], 7.0f);
  EXPECT_EQ(values[65535], 65536.0f);
  weight.codes[7] = 8;
  weight.codes[9] = 7;
  weight.codes[8] = 9;  // every entry is in use, and 8 twice after pruning one of its two
  weight.codes.push_back(8);
  weight.shape = {65537};
  kept.assign(65537, 1);
  kept[7] = 0;
  EXPECT_EQ(PruneCodes(kept, &weight).code(), StatusCode::kUnsupported);
}

// A scale reads a Gather itself: a long row of products is passed over at its last one, not walked.
TEST(FindQuantizedForm, ARowOfProductsIsNoFormHoweverLong) {
  Graph graph;
  graph.inputs = {{"v0", DataType::kFloat32, {1}}};
  graph.initializers["c"] = Tensor::F32({1}, {2});
  constexpr int kProducts = 200'000;
  for (int i = 0; i < kProducts; ++i) {
    graph.nodes.push_back(
        {"", "Mul", "", {"v" + std::to_string(i), "c"}, {"v" + std::to_string(i + 1)}, {}});
  }
  const GraphIndex index(graph);
  EXPECT_FALSE(FindQuantizedForm(graph, "v" + std::to_string(kProducts), &index));
}

}  // namespace
}  // namespace dc
