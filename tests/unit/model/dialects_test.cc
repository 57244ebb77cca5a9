// What quantized models of other tools must say, and what is written for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <tuple>

#include "dc/dialect.h"
#include "dc/quantized_weight.h"
#include "model/canonical/canonical.h"
#include "model/dialects/weight_grid.h"
#include "unit/model/proto_builder.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kQonnx = "qonnx.custom_op.general";

Tensor Filled(DataType type, std::vector<int64_t> shape, uint8_t byte) {
  Tensor tensor = Tensor::Zeros(type, std::move(shape));
  std::fill(tensor.bytes.begin(), tensor.bytes.end(), byte);
  return tensor;
}

Tensor Floats(std::vector<int64_t> shape, const std::vector<float>& values) {
  return Tensor::F32(std::move(shape), values);
}

// x (N x 3) times the weight that `node` makes of initializers.
Graph WeightGraph(Node node, std::map<std::string, Tensor> initializers) {
  Graph graph;
  graph.opset = 21;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 3}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, -1}}};
  graph.initializers = std::move(initializers);
  graph.nodes = {std::move(node), MakeNode("MatMul", {"x", "d"}, {"y"})};
  return graph;
}

Graph Dequantized(Tensor weight, Tensor scale, std::map<std::string, AttributeValue> attributes,
                  std::optional<Tensor> zero = std::nullopt) {
  std::map<std::string, Tensor> initializers = {{"w", std::move(weight)}, {"s", std::move(scale)}};
  std::vector<std::string> inputs = {"w", "s"};
  if (zero) {
    initializers["z"] = *std::move(zero);
    inputs.push_back("z");
  }
  return WeightGraph(MakeNode("DequantizeLinear", std::move(inputs), {"d"}, std::move(attributes)),
                     std::move(initializers));
}

Graph Quantized(float scale, float zero, float bits,
                std::map<std::string, AttributeValue> attributes = {}) {
  Node node = MakeNode("Quant", {"w", "s", "z", "b"}, {"d"}, std::move(attributes));
  node.domain = kQonnx;
  return WeightGraph(node, {{"w", Counting({3, 2})},
                            {"s", Floats({}, {scale})},
                            {"z", Floats({}, {zero})},
                            {"b", Floats({}, {bits})}});
}

void ExpectError(Graph graph, StatusCode code, const std::string& text) {
  const Status status = Canonicalize(&graph);
  EXPECT_EQ(status.code(), code) << status.ToString();
  EXPECT_THAT(status.ToString(), HasSubstr(text));
  EXPECT_THAT(status.ToString(), HasSubstr("node 'd_node'"));
}

const Tensor kWeight = Filled(DataType::kInt8, {3, 2}, 5);

TEST(DialectsTest, ScalesAreAboveZeroAndFinite) {
  for (const float scale : {0.0f, -1.0f, std::numeric_limits<float>::quiet_NaN(),
                            std::numeric_limits<float>::infinity()}) {
    const std::string text = "a scale that is not above zero and finite";
    ExpectError(Dequantized(kWeight, Floats({}, {scale}), {}), StatusCode::kBadInput, text);
    ExpectError(Quantized(scale, 0, 4), StatusCode::kBadInput, text);
  }
  ExpectError(Dequantized(kWeight, Floats({2}, {1, 0}), {}), StatusCode::kBadInput, "element 1");
}

TEST(DialectsTest, ZeroPointsHaveTheTypeOfTheNumbers) {
  ExpectError(Dequantized(kWeight, Floats({}, {1}), {}, Filled(DataType::kUint8, {}, 200)),
              StatusCode::kBadInput, "a zero point of type uint8 for numbers of type int8");
  ExpectError(Dequantized(kWeight, Floats({2}, {1, 2}), {}, Filled(DataType::kInt8, {3}, 0)),
              StatusCode::kBadInput, "3 zero points for 2 scales");
}

TEST(DialectsTest, ScalesFitTheNumbers) {
  ExpectError(Dequantized(kWeight, Floats({3}, {1, 2, 3}), {}), StatusCode::kBadInput,
              "scales of shape 3 on axis 1 do not fit numbers of shape 3x2");
  const Tensor blocks = Floats({2, 2}, {1, 2, 3, 4});
  for (const int64_t block : {1, 3, -2}) {
    ExpectError(Dequantized(kWeight, blocks, {{"axis", int64_t{0}}, {"block_size", block}}),
                StatusCode::kBadInput, "blocks of");
  }
  ExpectError(Dequantized(kWeight, Floats({2}, {1, 2}), {{"axis", int64_t{7}}}),
              StatusCode::kBadInput, "axis 7");
}

TEST(DialectsTest, UnknownAttributesAreRefused) {
  ExpectError(Quantized(1, 0, 4, {{"group", int64_t{2}}}), StatusCode::kUnsupported,
              "attribute 'group' is not known");
  ExpectError(Quantized(1, 0, 4, {{"rounding_mode", std::string("SOMEHOW")}}),
              StatusCode::kUnsupported, "rounding_mode 'SOMEHOW'");
  ExpectError(Dequantized(kWeight, Floats({}, {1}), {{"group", int64_t{2}}}),
              StatusCode::kUnsupported, "attribute 'group' is not known");
}

TEST(DialectsTest, BitWidthsAreFromOneOn) {
  for (const float bits : {0.0f, -3.0f, 100.0f}) {
    ExpectError(Quantized(1, 0, bits), StatusCode::kBadInput, "a bit width that is not");
  }
  ExpectError(Quantized(1, 2, 1), StatusCode::kUnsupported, "one signed bit with a zero point");
}

// A bias is quantized to 32 bits by some exporters: more than a value can have.
TEST(DialectsTest, ConstantsMayHaveManyBits) {
  Graph graph = Quantized(0.5f, 0, 32);
  ASSERT_TRUE(Canonicalize(&graph).ok());
  EXPECT_THAT(GetQuantizedWeight(graph, "d")->Values(), ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(DialectsTest, BlocksBecomeACodebookOfAllValues) {
  Graph graph = Dequantized(kWeight, Floats({2, 2}, {1, 2, 3, 4}),
                            {{"axis", int64_t{0}}, {"block_size", int64_t{2}}});
  ASSERT_TRUE(Canonicalize(&graph).ok());
  const auto weight = GetQuantizedWeight(graph, "d");
  ASSERT_TRUE(weight.ok());
  EXPECT_THAT(weight->Values(), ElementsAre(5, 10, 5, 10, 15, 20));
  EXPECT_THAT(weight->codebook, ElementsAre(5, 10, 15, 20));
  EXPECT_TRUE(weight->scales.empty());
}

TEST(DialectsTest, MoreValuesThanACodebookHoldsAreFloats) {
  constexpr int64_t kRows = 3, kColumns = 30000;
  Tensor scales = Tensor::Zeros(DataType::kFloat32, {kRows, kColumns});
  float next = 1;
  for (float& scale : scales.f32()) scale = next++;
  Graph graph = Dequantized(Filled(DataType::kInt8, {kRows, kColumns}, 1), scales,
                            {{"axis", int64_t{0}}, {"block_size", int64_t{1}}});
  ASSERT_TRUE(Canonicalize(&graph).ok());
  EXPECT_FALSE(IsQuantized(graph, "d"));
  ASSERT_NE(graph.Constant("d"), nullptr);
  EXPECT_EQ(graph.Constant("d")->f32()[2], 3);
  ASSERT_EQ(graph.notes.size(), 1u);
  EXPECT_THAT(graph.notes[0], HasSubstr("weight 'd' has more than 65,536 values"));
}

TEST(DialectsTest, ScalesMayBeComputedFromConstants) {
  Graph graph = Dequantized(kWeight, Floats({}, {1}), {});
  graph.initializers["half"] = Floats({}, {0.5f});
  graph.nodes[0].inputs[1] = "t";
  graph.nodes.insert(graph.nodes.begin(), MakeNode("Mul", {"s", "half"}, {"t"}));
  ASSERT_TRUE(Canonicalize(&graph).ok());
  EXPECT_EQ(GetQuantizedWeight(graph, "d")->Values()[0], 2.5f);
}

// The file leaves out the domain of Quant and lists its initializers among the inputs.
TEST(DialectsTest, DomainsAndInputsMayBeSloppy) {
  onnx::ModelProto model = MatMulProto();
  auto* graph = model.mutable_graph();
  const auto add = [&](const std::string& name, float value) {
    auto* tensor = graph->add_initializer();
    tensor->set_name(name);
    tensor->set_data_type(onnx::TensorProto::FLOAT);
    tensor->add_float_data(value);
    auto* input = graph->add_input();
    AddValue(name, {}, input);
    input->mutable_type()->mutable_tensor_type()->mutable_shape();
  };
  add("s", 0.5f);
  add("z", 0);
  add("b", 4);
  AddValue("w", {3, 2}, graph->add_input());
  auto* quant = graph->add_node();
  quant->set_op_type("Quant");
  for (const char* input : {"w", "s", "z", "b"}) quant->add_input(input);
  quant->add_output("q");
  graph->mutable_node(0)->set_input(1, "q");
  const auto read = LoadProto(model);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_EQ(read->inputs.size(), 1u);
  EXPECT_THAT(GetQuantizedWeight(*read, "q")->Values(), ElementsAre(1, 2, 3, 3.5f, 3.5f, 3.5f));
}

// Debian's ONNX has no names for the types that opset 21 and 25 brought.
TEST(DialectsTest, TypesThatTheOnnxLibraryDoesNotKnow) {
  onnx::ModelProto model = MatMulProto();
  auto* graph = model.mutable_graph();
  auto* codes = graph->mutable_initializer(0);
  codes->clear_float_data();
  codes->set_data_type(22);
  codes->set_raw_data(std::string("\x21\x43\x85", 3));  // 1 2 3 4 5 -8
  auto* scale = graph->add_initializer();
  scale->set_name("s");
  scale->set_data_type(onnx::TensorProto::FLOAT);
  scale->add_float_data(2);
  auto* node = graph->add_node();
  node->set_op_type("DequantizeLinear");
  node->add_input("w");
  node->add_input("s");
  node->add_output("d");
  graph->mutable_node(0)->set_input(1, "d");
  auto* info = graph->add_value_info();
  AddValue("w", {3, 2}, info);
  info->mutable_type()->mutable_tensor_type()->set_elem_type(22);
  const auto read = LoadProto(model);
  ASSERT_TRUE(read.ok()) << read.status().ToString();
  EXPECT_THAT(GetQuantizedWeight(*read, "d")->Values(), ElementsAre(2, 4, 6, 8, 10, -16));
}

// Codes of 4 bits that look numbers up in a codebook.
TEST(DialectsTest, CodesOfFewBits) {
  Graph graph = WeightGraph(
      MakeNode("Gather", {"book", "i"}, {"d"}),
      {{"book", Floats({3}, {0, 5, 7})}, {"w", {DataType::kUint4, {3, 2}, {0, 1, 2, 2, 1, 0}}}});
  graph.nodes.insert(graph.nodes.begin(), MakeNode("Cast", {"w"}, {"i"}, {{"to", int64_t{6}}}));
  ASSERT_TRUE(Canonicalize(&graph).ok());
  EXPECT_THAT(GetQuantizedWeight(graph, "d")->Values(), ElementsAre(0, 5, 7, 7, 5, 0));
}

TEST(DialectsTest, WhatCannotBeSaidIsRefused) {
  Graph computed = Dequantized(kWeight, Floats({}, {1}), {});
  computed.nodes[0] = MakeNode("MatMulInteger", {"x", "w"}, {"d"});
  computed.nodes[1] = MakeNode("Relu", {"d"}, {"y"});
  ExpectError(computed, StatusCode::kUnsupported, "whole numbers that no quantizer writes");
  Node floats = MakeNode("FloatQuant", {"x", "e", "e", "e", "e", "e"}, {"d"});
  floats.domain = kQonnx;
  Graph values = WeightGraph(floats, {{"e", Floats({}, {4})}});
  values.nodes[1] = MakeNode("Relu", {"d"}, {"y"});
  ExpectError(values, StatusCode::kUnsupported, "floats of few bits for a value");
}

// Whole numbers in and out: (x - 3) * 2, quantized by 4 with zero point 1.
TEST(DialectsTest, InputsAndOutputsOfSmallIntegersAreFloats) {
  Graph graph;
  graph.inputs = {{"x", DataType::kUint8, {-1, 3}}};
  graph.outputs = {{"y", DataType::kInt8, {-1, 3}}};
  graph.initializers = {{"s", Floats({}, {2})},
                        {"z", Filled(DataType::kUint8, {}, 3)},
                        {"t", Floats({}, {4})},
                        {"u", Filled(DataType::kInt8, {}, 1)}};
  graph.nodes = {MakeNode("DequantizeLinear", {"x", "s", "z"}, {"d"}),
                 MakeNode("QuantizeLinear", {"d", "t", "u"}, {"y"})};
  ASSERT_TRUE(Canonicalize(&graph).ok());
  EXPECT_EQ(graph.inputs[0].type, DataType::kFloat32);
  EXPECT_EQ(graph.outputs[0].type, DataType::kFloat32);
  ASSERT_EQ(graph.notes.size(), 2u);
  EXPECT_THAT(graph.notes[0], HasSubstr("graph input 'x' of type uint8"));
  EXPECT_THAT(graph.notes[1], HasSubstr("graph output 'y' of type int8"));
  std::string text;
  for (const Node& node : graph.nodes) {
    const Tensor* number = graph.Constant(node.Input(1));
    ASSERT_NE(number, nullptr);
    text += node.op + " " + std::to_string(static_cast<int>(number->f32()[0])) + ", ";
  }
  EXPECT_EQ(text, "Add -3, Mul 2, UniformQuantize 4, Mul 0, Add 1, ");
  EXPECT_EQ(graph.nodes[2].Int("low", 0), -129);
  EXPECT_EQ(graph.nodes[2].Int("high", 0), 126);
}

// 255 * 127 * 600 is more than 2^24.
TEST(DialectsTest, LargeSumsAreNoted) {
  for (const int64_t inputs : {int64_t{500}, int64_t{600}}) {
    Graph graph;
    graph.inputs = {{"x", DataType::kFloat32, {-1, inputs}}};
    graph.outputs = {{"y", DataType::kFloat32, {-1, 2}}};
    graph.initializers = {{"s", Floats({}, {1})},
                          {"z", Filled(DataType::kUint8, {}, 0)},
                          {"w", Filled(DataType::kInt8, {inputs, 2}, 127)}};
    graph.nodes = {MakeNode("QuantizeLinear", {"x", "s", "z"}, {"q"}),
                   MakeNode("MatMulInteger", {"q", "w"}, {"i"}),
                   MakeNode("Cast", {"i"}, {"y"}, {{"to", int64_t{1}}})};
    ASSERT_TRUE(Canonicalize(&graph).ok());
    EXPECT_EQ(graph.notes.size(), inputs == 600 ? 1u : 0u);
  }
}

// Sizes whose product does not fit any number do not read past what is there.
TEST(DialectsTest, ImpossibleSizesOfMatMulNBits) {
  for (const auto& [inputs, outputs, block] :
       {std::tuple(int64_t{1}, int64_t{1} << 31, int64_t{1} << 31),
        std::tuple(int64_t{1}, int64_t{1} << 31, int64_t{1} << 20),
        std::tuple(int64_t{1} << 40, int64_t{1} << 40, int64_t{16}),
        std::tuple(int64_t{3}, int64_t{2}, int64_t{24})}) {
    Graph graph = Dequantized(Filled(DataType::kUint8, {0}, 0), Floats({1}, {1}), {});
    graph.nodes[0] = MakeNode("MatMulNBits", {"x", "w", "s"}, {"d"},
                              {{"K", inputs}, {"N", outputs}, {"block_size", block}});
    graph.nodes[0].domain = "com.microsoft";
    graph.nodes[1] = MakeNode("Relu", {"d"}, {"y"});
    EXPECT_EQ(Canonicalize(&graph).code(), StatusCode::kBadInput);
  }
}

TEST(DialectsTest, EveryOperatorHasItsFirstOutput) {
  Graph graph = Dequantized(kWeight, Floats({}, {1}), {});
  graph.nodes[0] = MakeNode("DynamicQuantizeLinear", {"x"}, {"q", "s2", "z2"});
  graph.nodes[0].outputs[0].clear();
  graph.nodes[1] = MakeNode("Add", {"x", "s2"}, {"y"});
  EXPECT_EQ(Canonicalize(&graph).code(), StatusCode::kBadInput);
}

TEST(WeightGridTest, FindsTheLargestStep) {
  QuantizedWeight weight;
  weight.codebook = {0, 0.3f, -0.1f * 6, 0.1f * 9};
  const auto grid = FindWeightGrid(weight, 256);
  ASSERT_TRUE(grid.has_value());
  EXPECT_THAT(grid->numbers, ElementsAre(0, 1, -2, 3));
  weight.codebook = {0.25f, -0.25f};
  EXPECT_THAT(FindWeightGrid(weight, 256)->numbers, ElementsAre(1, -1));
  weight.codebook = {0};
  EXPECT_THAT(FindWeightGrid(weight, 256)->numbers, ElementsAre(0));
}

// Every grid of a step of any float is found again, numbers without a common divisor.
TEST(WeightGridTest, EveryStep) {
  for (const float step : {0.1f, 0.0123f, 3.3f, 1e-6f, 0.7071068f}) {
    QuantizedWeight weight;
    for (const int number : {0, 5, -7, 127, -128}) {
      weight.codebook.push_back(static_cast<float>(number) * step);
    }
    const auto grid = FindWeightGrid(weight, 256);
    ASSERT_TRUE(grid.has_value()) << step;
    EXPECT_THAT(grid->numbers, ElementsAre(0, 5, -7, 127, -128));
  }
}

TEST(WeightGridTest, OthersHaveNone) {
  QuantizedWeight weight;
  weight.codebook = {0, 1, 1.41421f, -0.577f};
  EXPECT_FALSE(FindWeightGrid(weight, 256).has_value());
  weight.codebook = {0, 1, 200, -200};
  EXPECT_FALSE(FindWeightGrid(weight, 256).has_value());
}

// The nodes that make the weight of MatMul in `dialect`.
std::vector<Node> Written(Dialect dialect, const std::vector<float>& codebook, Graph* graph) {
  *graph = WeightGraph(MakeNode("Identity", {"x"}, {"unused"}), {{"d", Counting({3, 2})}});
  graph->nodes.erase(graph->nodes.begin());
  QuantizedWeight weight;
  weight.shape = {3, 2};
  weight.codebook = codebook;
  for (uint16_t i = 0; i < 6; ++i) weight.codes.push_back(i % codebook.size());
  EXPECT_TRUE(SetQuantizedWeight(graph, "d", weight).ok());
  EXPECT_TRUE(WriteDialect(dialect, graph).ok());
  return {graph->nodes.begin(), graph->nodes.end() - 1};
}

TEST(WriteDialectTest, TernaryIsTwoNarrowBits) {
  Graph graph;
  const auto nodes = Written(Dialect::kQonnx, {0, 0.5f, -0.5f}, &graph);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].op, "Quant");
  EXPECT_EQ(nodes[0].domain, kQonnx);
  EXPECT_EQ(nodes[0].Int("signed", 0), 1);
  EXPECT_EQ(nodes[0].Int("narrow", 0), 1);
  EXPECT_EQ(nodes[0].String("rounding_mode", ""), "ROUND");
  EXPECT_EQ(graph.Constant(nodes[0].inputs[1])->f32()[0], 0.5f);
  EXPECT_EQ(graph.Constant(nodes[0].inputs[3])->f32()[0], 2);
  EXPECT_EQ(graph.other_opsets.at(kQonnx), 1);
}

TEST(WriteDialectTest, OneSignedBitIsBipolar) {
  Graph graph;
  const auto nodes = Written(Dialect::kQonnx, {0.5f, -0.5f}, &graph);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].op, "BipolarQuant");
}

TEST(WriteDialectTest, IntegersAndTheirScale) {
  Graph graph;
  const auto nodes = Written(Dialect::kQcdq, {0, 0.5f, -1.5f}, &graph);
  ASSERT_EQ(nodes.size(), 1u);
  EXPECT_EQ(nodes[0].op, "DequantizeLinear");
  const Tensor* integers = graph.Constant(nodes[0].inputs[0]);
  EXPECT_EQ(integers->type, DataType::kInt8);
  EXPECT_THAT(integers->bytes, ElementsAre(0, 1, 253, 0, 1, 253));
}

TEST(WriteDialectTest, WhatIsNoGridStaysACodebook) {
  for (const Dialect dialect : {Dialect::kQcdq, Dialect::kQonnx}) {
    Graph graph;
    const auto nodes = Written(dialect, {0, 1, 1.41421f, -0.577f}, &graph);
    ASSERT_EQ(nodes.size(), 2u);
    EXPECT_EQ(nodes[1].op, "Gather");
  }
}

// Numbers that int8 does not hold: uint8, and int8 with another zero point.
TEST(WriteDialectTest, RangesOfOneByte) {
  for (const std::vector<float>& codebook :
       {std::vector<float>{0, 1, 255}, {0, 1, -200}, {0, 1, 200, -55}}) {
    Graph graph;
    const auto nodes = Written(Dialect::kQcdq, codebook, &graph);
    ASSERT_EQ(nodes.size(), 1u);
    ASSERT_TRUE(Canonicalize(&graph).ok());
    EXPECT_EQ(GetQuantizedWeight(graph, "d")->Values()[2], codebook[2]);
  }
}

TEST(WriteDialectTest, ScalesAfterALayerAreItsWeights) {
  Graph graph = WeightGraph(MakeNode("Identity", {"x"}, {"unused"}), {{"d", Counting({3, 2})}});
  graph.nodes = {MakeNode("MatMul", {"x", "d"}, {"m"}), MakeNode("Mul", {"m", "s"}, {"y"})};
  graph.initializers["s"] = Floats({2}, {0.5f, 0.25f});
  QuantizedWeight weight;
  weight.shape = {3, 2};
  weight.codebook = {0, 1, 2};
  weight.codes = {0, 1, 2, 0, 1, 2};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "d", weight).ok());
  ASSERT_TRUE(WriteDialect(Dialect::kQcdq, &graph).ok());
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[0].op, "DequantizeLinear");
  EXPECT_EQ(graph.nodes[0].Int("axis", 0), 1);
  EXPECT_EQ(graph.nodes[1].outputs[0], "y");
  ASSERT_TRUE(Canonicalize(&graph).ok());
  EXPECT_THAT(GetQuantizedWeight(graph, "d")->Values(), ElementsAre(0, 0.25f, 1, 0, 0.5f, 0.5f));
}

}  // namespace
}  // namespace dc
