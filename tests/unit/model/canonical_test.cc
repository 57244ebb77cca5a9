#include "model/canonical/canonical.h"

#include <gtest/gtest.h>

#include "model/graph_check.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using Ints = std::vector<int64_t>;

// x of `shape` -> nodes -> y, canonical; `opset` is the file's.
Graph Canonical(Ints shape, std::vector<Node> nodes, std::map<std::string, Tensor> initializers,
                int64_t opset = 13) {
  Graph graph;
  graph.opset = opset;
  graph.inputs = {{"x", DataType::kFloat32, std::move(shape)}};
  graph.outputs = {{"y", DataType::kFloat32, {}}};
  graph.nodes = std::move(nodes);
  graph.initializers = std::move(initializers);
  EXPECT_TRUE(CheckNames(graph).ok());
  EXPECT_TRUE(Canonicalize(&graph).ok());
  EXPECT_TRUE(CheckNames(graph).ok());
  return graph;
}

Ints PadsOf(const std::string& mode, Ints strides, Ints size, Ints kernel,
            Ints dilations = {1, 1}) {
  Ints shape = {-1, 1};
  shape.insert(shape.end(), size.begin(), size.end());
  Ints weight = {4, 1};
  weight.insert(weight.end(), kernel.begin(), kernel.end());
  const Graph graph =
      Canonical(shape,
                {MakeNode("Conv", {"x", "w"}, {"y"},
                          {{"auto_pad", mode}, {"strides", strides}, {"dilations", dilations}})},
                {{"w", Counting(weight)}});
  EXPECT_EQ(graph.nodes[0].attributes.count("auto_pad"), 0u);
  return graph.nodes[0].Ints("pads", {});
}

TEST(PadExplicitlyTest, KeepsTheSizeOverTheStride) {
  EXPECT_EQ(PadsOf("SAME_UPPER", {1, 1}, {8, 8}, {3, 4}), (Ints{1, 1, 1, 2}));
  EXPECT_EQ(PadsOf("SAME_LOWER", {1, 1}, {8, 8}, {3, 4}), (Ints{1, 2, 1, 1}));
  // 9 rows at stride 2 give 5: (5 - 1) * 2 + 3 - 9 = 2; 8 columns give 4: (4 - 1) * 2 + 3 - 8 = 1.
  EXPECT_EQ(PadsOf("SAME_UPPER", {2, 2}, {9, 8}, {3, 3}), (Ints{1, 0, 1, 1}));
  EXPECT_EQ(PadsOf("SAME_LOWER", {2, 2}, {9, 8}, {3, 3}), (Ints{1, 1, 1, 0}));
  // A window of 1 + 2 * 2 = 5: (3 - 1) * 3 + 5 - 8 = 3. A stride beyond the window needs no
  // padding.
  EXPECT_EQ(PadsOf("SAME_UPPER", {3, 3}, {8, 9}, {3, 1}, {2, 1}), (Ints{1, 0, 2, 0}));
  EXPECT_EQ(PadsOf("VALID", {1, 1}, {8, 8}, {3, 3}), (Ints{}));
}

std::vector<std::string> SpelledOperators(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) names.push_back(node.op);
  return names;
}

Ints SettingAt(const Graph& graph, const Node& node, size_t input) {
  const auto values = graph.Constant(node.Input(input))->data<int64_t>();
  return {values.begin(), values.end()};
}

// 2x4 to at least 1x3 by 3 / 4 of both: 1.5 of 2 are rounded to 2, which 3 / 4 of a third row make.
TEST(SpellResizeTest, SizesThatAreRoundedUpTakeAMargin) {
  const auto spelled = [](const std::string& coordinates) {
    return Canonical({-1, 3, 2, 4},
                     {MakeNode("Resize", {"x", "", "", "sizes"}, {"y"},
                               {{"axes", Ints{2, 3}},
                                {"keep_aspect_ratio_policy", std::string("not_smaller")},
                                {"coordinate_transformation_mode", coordinates}})},
                     {{"sizes", Tensor::I64(Ints{1, 3})}}, 18);
  };
  const Graph graph = spelled("half_pixel");
  ASSERT_EQ(SpelledOperators(graph), (std::vector<std::string>{"Pad", "Resize", "Slice"}));
  EXPECT_EQ(graph.nodes[0].String("mode", ""), "edge");
  EXPECT_EQ(SettingAt(graph, graph.nodes[0], 1), (Ints{0, 0, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(graph.Constant(graph.nodes[1].Input(2))->f32()[2], 0.75f);
  EXPECT_EQ(SettingAt(graph, graph.nodes[2], 2), Ints{2});
  EXPECT_EQ(SettingAt(graph, graph.nodes[2], 3), Ints{2});
  // Positions that depend on the size would move.
  EXPECT_EQ(SpelledOperators(spelled("align_corners")), std::vector<std::string>{"Resize"});
}

// 5 channels to 2: the first of three goes, the last two do. 4 rows to 6: one on either side.
TEST(CropAndPadTest, CropsAndPadsAroundTheCenter) {
  const Graph graph = Canonical(
      {-1, 5, 4, 7}, {MakeNode("CenterCropPad", {"x", "shape"}, {"y"}, {{"axes", Ints{2, 1, -1}}})},
      {{"shape", Tensor::I64(Ints{6, 2, 7})}}, 18);
  ASSERT_EQ(SpelledOperators(graph), (std::vector<std::string>{"Slice", "Pad"}));
  EXPECT_EQ(SettingAt(graph, graph.nodes[0], 1), Ints{1});
  EXPECT_EQ(SettingAt(graph, graph.nodes[0], 2), Ints{3});
  EXPECT_EQ(SettingAt(graph, graph.nodes[0], 3), Ints{1});
  EXPECT_EQ(SettingAt(graph, graph.nodes[1], 1), (Ints{0, 0, 1, 0, 0, 0, 1, 0}));
}

TEST(CropAndPadTest, AnAxisCannotBeListedTwice) {
  const Graph graph = Canonical(
      {-1, 5}, {MakeNode("CenterCropPad", {"x", "shape"}, {"y"}, {{"axes", Ints{1, -1}}})},
      {{"shape", Tensor::I64(Ints{3, 2})}}, 18);
  EXPECT_EQ(SpelledOperators(graph), std::vector<std::string>{"CenterCropPad"});
}

TEST(CropAndPadTest, LeavesTheBatchAlone) {
  const Graph graph = Canonical({-1, 5}, {MakeNode("CenterCropPad", {"x", "shape"}, {"y"})},
                                {{"shape", Tensor::I64(Ints{3, 8})}}, 18);
  EXPECT_EQ(SpelledOperators(graph), std::vector<std::string>{"CenterCropPad"});
}

// Of a transposed convolution of 4x5 by 3x3 at stride 2: 9x11 without padding.
const Node Transposed(std::map<std::string, AttributeValue> attributes) {
  attributes["strides"] = Ints{2, 2};
  return Canonical({-1, 2, 4, 5}, {MakeNode("ConvTranspose", {"x", "w"}, {"y"}, attributes)},
                   {{"w", Counting({2, 1, 3, 3})}})
      .nodes[0];
}

TEST(PadTransposedTest, MakesTheOutputThatIsAskedFor) {
  // Stride times the input is one less.
  Node node = Transposed({{"auto_pad", std::string("SAME_UPPER")}});
  EXPECT_EQ(node.Ints("pads", {}), (Ints{0, 0, 1, 1}));
  EXPECT_EQ(node.attributes.count("auto_pad"), 0u);
  node = Transposed({{"auto_pad", std::string("SAME_LOWER")}});
  EXPECT_EQ(node.Ints("pads", {}), (Ints{1, 1, 0, 0}));
  node = Transposed({{"output_shape", Ints{6, 11}}});
  EXPECT_EQ(node.Ints("pads", {}), (Ints{2, 0, 1, 0}));
  EXPECT_EQ(node.attributes.count("output_shape"), 0u);
  node = Transposed({{"output_shape", Ints{9, 14}}});
  EXPECT_EQ(node.Ints("pads", {}), (Ints{0, 0, 0, 0}));
  EXPECT_EQ(node.Ints("output_padding", {}), (Ints{0, 3}));
  node = Transposed({{"auto_pad", std::string("VALID")}});
  EXPECT_EQ(node.Ints("pads", {}), (Ints{}));
}

TEST(ProductOfTransposedTest, ReadsATiedWeightAsItIs) {
  const auto tied = [](Ints x) {
    return Canonical(std::move(x),
                     {MakeNode("MatMul", {"x", "w"}, {"h"}), MakeNode("Transpose", {"w"}, {"t"}),
                      MakeNode("MatMul", {"h", "t"}, {"y"})},
                     {{"w", Counting({4, 3})}});
  };
  const Graph rows = tied({-1, 4});
  ASSERT_EQ(rows.nodes.size(), 2u);
  EXPECT_EQ(rows.nodes[1].op, "Gemm");
  EXPECT_EQ(rows.nodes[1].inputs, (std::vector<std::string>{"h", "w"}));
  EXPECT_EQ(rows.nodes[1].Int("transB", 0), 1);
  const Graph sequences = tied({-1, 7, 4});
  ASSERT_EQ(sequences.nodes.size(), 4u);
  EXPECT_EQ(sequences.nodes[1].op, "Reshape");
  EXPECT_EQ(sequences.nodes[2].op, "Gemm");
  EXPECT_EQ(sequences.nodes[2].inputs[1], "w");
  EXPECT_EQ(sequences.nodes[3].op, "Reshape");
  EXPECT_EQ(sequences.nodes[3].outputs[0], "y");
}

TEST(RecurrentStatesTest, TakesTheLastStateFromAllStates) {
  const auto read = [](const std::string& direction, std::vector<std::string> activations) {
    const int64_t directions = direction == "bidirectional" ? 2 : 1;
    Graph graph;
    graph.opset = 14;
    graph.inputs = {{"x", DataType::kFloat32, {-1, 7, 5}}};
    graph.outputs = {{"h", DataType::kFloat32, {}}};
    graph.nodes = {MakeNode("Transpose", {"x"}, {"t"}, {{"perm", Ints{1, 0, 2}}}),
                   MakeNode("GRU", {"t", "w", "r"}, {"", "h"},
                            {{"direction", direction}, {"activations", activations}})};
    graph.initializers = {{"w", Counting({directions, 9, 5})}, {"r", Counting({directions, 9, 3})}};
    EXPECT_TRUE(Canonicalize(&graph).ok());
    EXPECT_TRUE(CheckNames(graph).ok());
    return graph;
  };
  const Graph forward = read("forward", {"Sigmoid", "Tanh"});
  ASSERT_EQ(forward.nodes.size(), 4u);
  EXPECT_EQ(forward.nodes[1].outputs.size(), 1u);
  EXPECT_EQ(forward.nodes[1].attributes.count("activations"), 0u);
  EXPECT_EQ(forward.nodes[2].op, "Slice");
  const Tensor& starts = forward.initializers.at(forward.nodes[2].inputs[1]);
  EXPECT_EQ(starts.data<int64_t>()[0], 6);
  EXPECT_EQ(forward.nodes[3].op, "Squeeze");
  EXPECT_EQ(forward.nodes[3].outputs[0], "h");
  const Graph both = read("bidirectional", {"Sigmoid", "Tanh", "Sigmoid", "Tanh"});
  EXPECT_EQ(both.nodes.back().op, "Concat");
  EXPECT_EQ(both.nodes.back().outputs[0], "h");
  // Others keep their meaning, and are refused where they are read.
  EXPECT_EQ(read("forward", {"Sigmoid", "Relu"}).nodes[1].attributes.count("activations"), 1u);
}

TEST(PadExplicitlyTest, StaysWhereTheSizeIsOpen) {
  const Graph graph =
      Canonical({-1, 1, -1, -1},
                {MakeNode("Conv", {"x", "w"}, {"y"},
                          {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}})},
                {{"w", Counting({4, 1, 3, 3})}});
  EXPECT_EQ(graph.nodes[0].String("auto_pad", ""), "SAME_UPPER");
}

TEST(SoftmaxTest, OldOnesGoOverTheLastAxis) {
  const Graph graph = Canonical({-1, 5}, {MakeNode("Softmax", {"x"}, {"y"})}, {}, 11);
  EXPECT_EQ(graph.opset, 13);
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].Int("axis", 99), -1);
}

TEST(SoftmaxTest, OldOnesOverSeveralAxesAreReshaped) {
  const Graph graph =
      Canonical({-1, 5, 2, 3}, {MakeNode("Softmax", {"x"}, {"y"}, {{"axis", int64_t{2}}})}, {}, 11);
  ASSERT_EQ(graph.nodes.size(), 3u);
  const auto target = [&](const Node& node) {
    const auto values = graph.initializers.at(node.inputs[1]).data<int64_t>();
    return Ints(values.begin(), values.end());
  };
  EXPECT_EQ(graph.nodes[0].op, "Reshape");
  EXPECT_EQ(target(graph.nodes[0]), (Ints{0, 0, -1}));
  EXPECT_EQ(graph.nodes[1].Int("axis", 99), -1);
  EXPECT_EQ(target(graph.nodes[2]), (Ints{0, 5, 2, 3}));
  EXPECT_EQ(graph.nodes[2].outputs[0], "y");
}

TEST(SoftmaxTest, TheOpsetStaysWhereTheMeaningCannotBeCarriedOver) {
  Graph graph = Canonical(
      {-1, 5}, {MakeNode("Softmax", {"x"}, {"h"}), MakeNode("Einsum", {"h"}, {"y"})}, {}, 11);
  EXPECT_EQ(graph.opset, 11);
  graph = Canonical({5, 4}, {MakeNode("Softmax", {"x"}, {"y"}, {{"axis", int64_t{0}}})}, {}, 11);
  EXPECT_EQ(graph.opset, 11);
  EXPECT_EQ(graph.nodes[0].Int("axis", 99), 0);
}

TEST(SpellSettingsTest, AttributesBecomeInputs) {
  Graph graph = Canonical({-1, 5},
                          {MakeNode("Clip", {"x"}, {"h"}, {{"max", 6.0f}}),
                           MakeNode("Unsqueeze", {"h"}, {"u"}, {{"axes", Ints{1}}}),
                           MakeNode("Dropout", {"u"}, {"y", "mask"}, {{"ratio", 0.25f}})},
                          {}, 9);
  EXPECT_EQ(graph.opset, 13);
  ASSERT_EQ(graph.nodes[0].inputs.size(), 3u);
  EXPECT_EQ(graph.nodes[0].inputs[1], "");
  EXPECT_EQ(graph.initializers.at(graph.nodes[0].inputs[2]).f32()[0], 6.0f);
  EXPECT_EQ(graph.initializers.at(graph.nodes[1].inputs[1]).data<int64_t>()[0], 1);
  EXPECT_EQ(graph.initializers.at(graph.nodes[2].inputs[1]).f32()[0], 0.25f);
  EXPECT_EQ(graph.nodes[2].outputs, (std::vector<std::string>{"y"}));
  for (const Node& node : graph.nodes) EXPECT_TRUE(node.attributes.empty());
}

TEST(SpellSettingsTest, UnknownNeighboursKeepThemAsTheyAre) {
  const Graph graph = Canonical(
      {-1, 5}, {MakeNode("Clip", {"x"}, {"h"}, {{"max", 6.0f}}), MakeNode("Einsum", {"h"}, {"y"})},
      {}, 9);
  EXPECT_EQ(graph.opset, 9);
  EXPECT_EQ(graph.nodes[0].Float("max", 0), 6.0f);
}

TEST(ConvertFloatsTest, OtherFloatsBecomeFloat32AndAreNoted) {
  Tensor half = Tensor::Zeros(DataType::kFloat16, {2});
  half.data<uint16_t>()[0] = 0x3C00;  // 1
  half.data<uint16_t>()[1] = 0xC100;  // -2.5
  Tensor wide = Tensor::Zeros(DataType::kFloat64, {1});
  wide.data<double>()[0] = 0.1;
  const Graph graph = Canonical(
      {-1, 2}, {MakeNode("Mul", {"x", "half"}, {"h"}), MakeNode("Add", {"h", "wide"}, {"y"})},
      {{"half", half}, {"wide", wide}});
  EXPECT_EQ(graph.initializers.at("half").f32()[1], -2.5f);
  EXPECT_EQ(graph.initializers.at("wide").f32()[0], 0.1f);
  ASSERT_EQ(graph.notes.size(), 1u);
  EXPECT_EQ(graph.notes[0], "2 tensors of type float16 ('half' the first) are read as float32");
}

TEST(ConvertFloatsTest, OneTensorIsSaidToBeOne) {
  const Tensor half = Tensor::Zeros(DataType::kFloat16, {2});
  const Graph graph = Canonical({-1, 2}, {MakeNode("Mul", {"x", "half"}, {"y"})}, {{"half", half}});
  ASSERT_EQ(graph.notes.size(), 1u);
  EXPECT_EQ(graph.notes[0], "1 tensor of type float16 ('half') is read as float32");
}

TEST(DropLeadingOnesTest, MatricesOfAProductAreMatrices) {
  const std::vector<Node> product = {MakeNode("MatMul", {"x", "w"}, {"y"})};
  EXPECT_EQ(Canonical({-1, 6, 8}, product, {{"w", Counting({1, 8, 3})}}).initializers.at("w").shape,
            (Ints{8, 3}));
  // The output would lose a dimension.
  EXPECT_EQ(Canonical({-1, 8}, product, {{"w", Counting({1, 8, 3})}}).initializers.at("w").shape,
            (Ints{1, 8, 3}));
  EXPECT_EQ(Canonical({-1, 6, 8}, product, {{"w", Counting({2, 8, 3})}}).initializers.at("w").shape,
            (Ints{2, 8, 3}));
}

TEST(RemoveUnreadTest, WhatNoOutputDependsOnGoes) {
  const Graph graph =
      Canonical({-1, 3},
                {MakeNode("MatMul", {"x", "w"}, {"y"}), MakeNode("MatMul", {"x", "v"}, {"z"}),
                 MakeNode("Relu", {"z"}, {"r"})},
                {{"w", Counting({3, 2})}, {"v", Counting({3, 2})}, {"average", Counting({9})}});
  EXPECT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.initializers.size(), 1u);
}

}  // namespace
}  // namespace dc
