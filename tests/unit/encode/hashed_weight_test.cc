#include "encode/hashed_weight.h"

#include <gtest/gtest.h>

#include "base/hash32.h"
#include "dc/decode.h"
#include "dc/encode.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

const std::vector<float> kTable = {0.5f, -0.3f, 0.125f};

// 20 x 10, of a table of three numbers. Its codebook is in order, as every other: codes are not
// those of the hash.
QuantizedWeight Shared(uint32_t seed) {
  QuantizedWeight weight;
  weight.shape = {20, 10};
  weight.policy = "hashed buckets=3 seed=" + std::to_string(seed);
  weight.codebook = kTable;
  for (const float number : kTable) weight.codebook.push_back(-number);
  for (uint32_t i = 0; i < 200; ++i) weight.codes.push_back(HashedCode(i, 3, seed));
  SortCodebook(&weight);
  return weight;
}

TEST(HashedWeight, IsKnownByItsValues) {
  const QuantizedWeight weight = Shared(99);
  const auto hashed = AsHashed(weight);
  ASSERT_TRUE(hashed);
  EXPECT_EQ(hashed->table, kTable);
  EXPECT_EQ(hashed->seed, 99u);
  EXPECT_EQ(HashedPolicy(3, 99), weight.policy);
}

TEST(HashedWeight, IsNoneWithAnotherSeedOrAfterAnEdit) {
  QuantizedWeight weight = Shared(99);
  weight.policy = "hashed buckets=3 seed=98";
  EXPECT_FALSE(AsHashed(weight));
  weight.policy = "hashed buckets=4 seed=99";
  EXPECT_FALSE(AsHashed(weight));
  weight.policy = "hashed buckets=0 seed=99";
  EXPECT_FALSE(AsHashed(weight));
  weight.policy = "kmeans";
  EXPECT_FALSE(AsHashed(weight));
  weight = Shared(99);
  std::vector<uint8_t> kept(200, 1);
  kept[17] = 0;
  ASSERT_TRUE(PruneCodes(kept, &weight).ok());
  EXPECT_FALSE(AsHashed(weight));
}

TEST(HashedWeight, IsATableAndASeedInTheFile) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 10}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 20}}};
  graph.initializers["w"] = Tensor::Zeros(DataType::kFloat32, {20, 10});
  graph.nodes.push_back(MakeNode("Gemm", {"x", "w"}, {"y"}));
  graph.nodes.back().attributes["transB"] = int64_t{1};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "w", Shared(7)).ok());
  std::vector<LayerEncoding> layers;
  const auto file = EncodeModel(graph, {}, &layers, nullptr);
  ASSERT_TRUE(file.ok()) << file.status().ToString();
  ASSERT_EQ(layers.size(), 1u);
  EXPECT_EQ(layers[0].form, "hashed");
  EXPECT_EQ(layers[0].code_bytes, 4);
  EXPECT_EQ(layers[0].codebook_bytes, 12);
  EXPECT_EQ(layers[0].survivors, 200);
  const auto decoded = DecodeModel(*file);
  ASSERT_TRUE(decoded.ok()) << decoded.status().ToString();
  const Node* gemm = decoded->Producer(decoded->outputs[0].name);
  const auto weight = GetQuantizedWeight(*decoded, gemm->inputs[1]);
  ASSERT_TRUE(weight.ok());
  EXPECT_EQ(weight->Values(), Shared(7).Values());
  EXPECT_EQ(*EncodeModel(*decoded, {}, nullptr, nullptr), *file);
}

}  // namespace
}  // namespace dc
