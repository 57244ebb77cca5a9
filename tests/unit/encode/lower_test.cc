#include "encode/lower.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "format/ops.h"
#include "roundtrip/sample_graphs.h"

namespace dc {
namespace {

using format::Op;

format::Manifest Lower(const Graph& graph, bool names = false) {
  auto lowered = LowerGraph(graph, names);
  EXPECT_TRUE(lowered.ok()) << lowered.status().ToString();
  return lowered.ok() ? lowered->manifest : format::Manifest{};
}

// One node `op` on `x` of `shape`, with `extra` inputs; `tensors` become float initializers.
Graph OneNode(const std::string& op, std::vector<int64_t> shape,
              std::map<std::string, Tensor> tensors = {}, std::vector<std::string> extra = {}) {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, std::move(shape)}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 1}}};
  graph.initializers = std::move(tensors);
  std::vector<std::string> inputs = {"x"};
  inputs.insert(inputs.end(), extra.begin(), extra.end());
  graph.nodes.push_back(MakeNode(op, inputs, "y"));
  return graph;
}

std::vector<int64_t> IntsOf(const format::Node& node, std::string_view name) {
  const auto list = format::Attributes(node).Ints(name);
  return {list.begin(), list.end()};
}

TEST(LowerTest, NumbersInputsThenTensorsThenNodes) {
  Graph graph = FullyConnectedGraph(0.3);
  ASSERT_TRUE(Quantize(&graph, "fc1.weight", {0.0f, 0.3f, -0.3f}).ok());
  const auto lowered = LowerGraph(graph, true);
  ASSERT_TRUE(lowered.ok());
  const format::Manifest& m = lowered->manifest;
  ASSERT_EQ(m.tensors.size(), 4u);
  EXPECT_EQ(m.tensors[0].name, "fc1.weight");
  EXPECT_TRUE(lowered->tensors[0].quantized);
  EXPECT_EQ(m.tensors[0].shape, (std::vector<int64_t>{12, 36}));
  EXPECT_FALSE(lowered->tensors[2].quantized);
  EXPECT_EQ(lowered->tensors[2].plain, &graph.initializers.at("fc2.weight"));
  ASSERT_EQ(m.nodes.size(), 5u);
  EXPECT_EQ(m.nodes[0].inputs, std::vector<uint32_t>{0});
  EXPECT_EQ(m.nodes[1].inputs, (std::vector<uint32_t>{5, 1, 2}));
  EXPECT_EQ(m.nodes[3].inputs, (std::vector<uint32_t>{7, 3, 4}));
  EXPECT_EQ(m.outputs[0].value, 9u);
  EXPECT_EQ(m.outputs[0].shape, (std::vector<int64_t>{-1, 5}));
  EXPECT_EQ(m.baseline_bytes, 2036u);
  EXPECT_EQ(m.scaling.mean, std::vector<float>{0.25f});
}

TEST(LowerTest, CountsTheBaselineBeforeQuantization) {
  Graph graph = FullyConnectedGraph(0.3);
  graph.metadata.erase("dc.baseline_bytes");
  ASSERT_TRUE(QuantizeAll(&graph, {0.0f, 0.3f, -0.3f}).ok());
  EXPECT_EQ(Lower(graph).baseline_bytes, 4u * (12 * 36 + 12 + 5 * 12 + 5));
  graph.metadata["dc.baseline_bytes"] = "12 bytes";
  EXPECT_EQ(LowerGraph(graph, false).status().where(), "metadata dc.baseline_bytes");
}

TEST(LowerTest, DropsNamesUnlessAsked) {
  const Graph graph = FullyConnectedGraph();
  const format::Manifest without = Lower(graph), with = Lower(graph, true);
  EXPECT_TRUE(without.graph_name.empty() && without.metadata.empty());
  EXPECT_TRUE(without.inputs[0].name.empty() && without.outputs[0].name.empty());
  EXPECT_TRUE(without.nodes[0].name.empty() && without.tensors[0].name.empty());
  EXPECT_EQ(with.inputs[0].name, "pixels");
  EXPECT_EQ(with.nodes[0].output_name, "flat");
}

TEST(LowerTest, FoldsIdentityAndDropout) {
  Graph graph = OneNode("Identity", {-1, 4});
  graph.nodes[0].outputs = {"a"};
  graph.nodes.push_back(MakeNode("Dropout", {"a"}, "b"));
  graph.nodes.push_back(MakeNode("Relu", {"b"}, "c"));
  graph.nodes.push_back(MakeNode("Identity", {"c"}, "y"));
  const format::Manifest m = Lower(graph);
  ASSERT_EQ(m.nodes.size(), 1u);
  EXPECT_EQ(m.nodes[0].inputs, std::vector<uint32_t>{0});
  EXPECT_EQ(m.outputs[0].value, 1u);
}

// What else cannot be told without the shape is not told.
TEST(LowerTest, OpenShapesAreToldAlone) {
  Graph graph = OneNode("Shape", {-1, 3, -1});
  graph.inputs.push_back({"z", DataType::kFloat32, {2, -1}});
  EXPECT_EQ(
      LowerGraph(graph, false).status().ToString(),
      "an input of shape ?x3x? (graph input 'x'); an input of shape 2x? (graph input 'z'): say "
      "what it is to run on: --input-shape x=1x3x?, with numbers for the ?");
  graph.inputs.pop_back();
  graph.inputs[0].shape = {-1, 3, 4};
  EXPECT_THAT(LowerGraph(graph, false).status().ToString(), testing::HasSubstr("operator Shape"));
}

TEST(LowerTest, FreesABatchOfOne) {
  Graph graph = OneNode("Reshape", {1, 2, 3}, {}, {"shape"});
  graph.outputs[0].shape = {1, 6};
  graph.initializers["shape"] = Tensor::I64(std::vector<int64_t>{1, 6});
  format::Manifest m = Lower(graph);
  EXPECT_EQ(m.inputs[0].shape, (std::vector<int64_t>{-1, 2, 3}));
  EXPECT_EQ(m.outputs[0].shape, (std::vector<int64_t>{-1, 6}));
  EXPECT_EQ(IntsOf(m.nodes[0], "shape"), (std::vector<int64_t>{-1, 6}));
  graph.initializers["shape"] = Tensor::I64(std::vector<int64_t>{1, -1});
  EXPECT_EQ(IntsOf(Lower(graph).nodes[0], "shape"), (std::vector<int64_t>{0, -1}));
  graph.inputs[0].shape = {-1, 2, 3};
  EXPECT_EQ(IntsOf(Lower(graph).nodes[0], "shape"), (std::vector<int64_t>{1, -1}));
}

TEST(LowerTest, EmptiesListsThatSayNothing) {
  Graph graph = OneNode("Conv", {-1, 1, 9, 9}, {{"w", RandomTensor({2, 1, 3, 3}, 1)}}, {"w"});
  graph.nodes[0].attributes = {{"kernel_shape", std::vector<int64_t>{3, 3}},
                               {"strides", std::vector<int64_t>{1, 1}},
                               {"dilations", std::vector<int64_t>{1, 1}},
                               {"pads", std::vector<int64_t>{0, 0, 0, 0}}};
  EXPECT_EQ(Lower(graph).nodes[0].ints, (std::vector<int64_t>{0, 0, 1, 0}));
  graph.nodes[0].attributes["kernel_shape"] = std::vector<int64_t>{5, 5};
  EXPECT_EQ(LowerGraph(graph, false).status().code(), StatusCode::kBadInput);
}

TEST(LowerTest, SettingsBecomeAttributes) {
  const Graph graph =
      OneNode("Clip", {-1, 4}, {{"top", Tensor::F32({}, std::vector<float>{6.0f})}}, {"", "top"});
  const format::Manifest m = Lower(graph);
  EXPECT_EQ(format::Attributes(m.nodes[0]).Float("max"), 6.0f);
  EXPECT_LT(format::Attributes(m.nodes[0]).Float("min"), -3e38f);
  EXPECT_TRUE(m.tensors.empty());
}

TEST(LowerTest, ToldAreAllReasonsAtOnce) {
  Graph graph = OneNode("Einsum", {-1, 4});
  graph.nodes[0].outputs[0] = "e";
  graph.nodes.push_back(MakeNode("Einsum", {"e"}, "f"));
  graph.nodes.push_back(MakeNode("Relu", {"f"}, "r"));
  graph.nodes.push_back(MakeNode("Conv", {"x", "w"}, "c"));
  graph.initializers["w"] = RandomTensor({2, 2, 3, 3}, 1);
  graph.nodes.push_back(MakeNode("Add", {"r", "c"}, "y"));
  const std::string text = LowerGraph(graph, false).status().ToString();
  EXPECT_NE(text.find("operator Einsum (Einsum node 'y_node', Einsum node 'f_node')"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("input 0 has shape Nx4, expected NxCxL"), std::string::npos) << text;
  EXPECT_EQ(text.find("Relu"), std::string::npos) << text;
}

TEST(LowerTest, NamesTheFirstNodeThatCannotBeHeld) {
  const Status status = LowerGraph(OneNode("Einsum", {-1, 4}), false).status();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.what().find("Einsum"), std::string::npos);
  EXPECT_NE(status.where().find("y_node"), std::string::npos);

  auto code = [](const Graph& graph) { return LowerGraph(graph, false).status().code(); };
  Graph foreign = OneNode("Relu", {-1, 4});
  foreign.nodes[0].domain = "com.example";
  EXPECT_EQ(code(foreign), StatusCode::kUnsupported);
  Graph attribute = OneNode("Relu", {-1, 4});
  attribute.nodes[0].attributes["alpha"] = 1.0f;
  EXPECT_EQ(code(attribute), StatusCode::kUnsupported);
  EXPECT_EQ(code(OneNode("Add", {-1, 4}, {{"b", Tensor::Zeros(DataType::kFloat64, {4})}}, {"b"})),
            StatusCode::kUnsupported);
  EXPECT_EQ(code(OneNode("Add", {-1, 4}, {{"b", Tensor::Zeros(DataType::kFloat32, {0})}}, {"b"})),
            StatusCode::kUnsupported);
  Graph computed = OneNode("Reshape", {-1, 4}, {}, {"s"});
  EXPECT_EQ(code(computed), StatusCode::kUnsupported);
  EXPECT_EQ(code(OneNode("Add", {-1, 4}, {}, {"nothing"})), StatusCode::kBadInput);
  EXPECT_EQ(code(OneNode("Add", {-1, 4})), StatusCode::kBadInput);
  Graph pool = OneNode("MaxPool", {-1, 1, 4, 4});
  pool.nodes[0].outputs.push_back("indices");
  EXPECT_NE(code(pool), StatusCode::kUnsupported);  // unused: fine
  pool.nodes.push_back(MakeNode("Relu", {"indices"}, "z"));
  EXPECT_EQ(code(pool), StatusCode::kUnsupported);
  Graph bytes = OneNode("Relu", {-1, 4});
  bytes.inputs[0].type = DataType::kUint8;
  EXPECT_EQ(code(bytes), StatusCode::kUnsupported);
  Graph untrained = OneNode("Relu", {-1, 4});
  untrained.uninitialized = {{"w", DataType::kFloat32, {4}}};
  EXPECT_EQ(code(untrained), StatusCode::kBadInput);
}

}  // namespace
}  // namespace dc
