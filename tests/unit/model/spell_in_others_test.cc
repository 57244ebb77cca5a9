// Operators without a record are spelled by others.
#include <gtest/gtest.h>

#include "model/canonical/canonical.h"
#include "model/graph_check.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using Ints = std::vector<int64_t>;

// x, r -> node -> y, canonical.
Graph Spelled(Node node, int64_t opset = 13, std::map<std::string, Tensor> initializers = {}) {
  Graph graph;
  graph.opset = opset;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 6}}, {"r", DataType::kFloat32, {-1, 6}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 6}}};
  graph.nodes = {std::move(node)};
  graph.initializers = std::move(initializers);
  EXPECT_TRUE(Canonicalize(&graph).ok());
  EXPECT_TRUE(CheckNames(graph).ok()) << CheckNames(graph).ToString();
  EXPECT_EQ(graph.nodes.back().outputs, (std::vector<std::string>{"y"}));
  return graph;
}

// "Op(input, input) Op(...)" with the names of what nodes wrote as #0, #1, ...
std::string Text(const Graph& graph) {
  std::map<std::string, std::string> names;
  std::string text;
  for (const Node& node : graph.nodes) {
    text += (text.empty() ? "" : " ") + node.op + "(";
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const auto known = names.find(node.inputs[i]);
      const Tensor* constant = graph.Constant(node.inputs[i]);
      std::string name = known != names.end() ? known->second : node.inputs[i];
      if (constant != nullptr) {
        name = "";
        if (constant->type == DataType::kFloat32) {
          for (float v : constant->f32()) name += std::to_string(static_cast<int>(v * 100)) + "%";
        } else {
          for (int64_t v : constant->data<int64_t>()) name += "[" + std::to_string(v) + "]";
        }
      }
      text += (i > 0 ? "," : "") + name;
    }
    text += ")";
    names[node.outputs[0]] = "#" + std::to_string(names.size());
  }
  return text;
}

TEST(SpellInOthersTest, AnyNumberOfInputs) {
  const auto spelled = [](const std::string& op, std::vector<std::string> inputs) {
    return Text(Spelled(MakeNode(op, std::move(inputs), {"y"})));
  };
  EXPECT_EQ(spelled("Sum", {"x", "r", "x"}), "Add(x,r) Add(#0,x)");
  EXPECT_EQ(spelled("Sum", {"x"}), "Identity(x)");
  EXPECT_EQ(spelled("Mean", {"x", "r"}), "Add(x,r) Div(#0,200%)");
  EXPECT_EQ(spelled("Mean", {"x"}), "Identity(x)");
  EXPECT_EQ(spelled("Max", {"x", "r"}), "Max(x,r)");
  EXPECT_EQ(spelled("Min", {"x", "r", "r", "x"}), "Min(x,r) Min(#0,r) Min(#1,x)");
}

TEST(SpellInOthersTest, OneOperatorByOthers) {
  const auto spelled = [](const std::string& op, std::vector<std::string> inputs) {
    return Text(Spelled(MakeNode(op, std::move(inputs), {"y"})));
  };
  EXPECT_EQ(spelled("Reciprocal", {"x"}), "Div(100%,x)");
  EXPECT_EQ(spelled("Ceil", {"x"}), "Neg(x) Floor(#0) Neg(#1)");
  EXPECT_EQ(spelled("Less", {"x", "r"}), "Greater(r,x)");
  EXPECT_EQ(spelled("LessOrEqual", {"x", "r"}), "GreaterOrEqual(r,x)");
  EXPECT_EQ(spelled("Xor", {"x", "r"}), "Equal(x,r) Not(#0)");
}

TEST(SpellInOthersTest, AttributesGoAlong) {
  const Graph graph =
      Spelled(MakeNode("ArgMin", {"x"}, {"y"}, {{"axis", int64_t{1}}, {"keepdims", int64_t{0}}}));
  EXPECT_EQ(Text(graph), "Neg(x) ArgMax(#0)");
  EXPECT_EQ(graph.nodes[1].Int("axis", 0), 1);
  EXPECT_EQ(graph.nodes[1].Int("keepdims", 1), 0);
}

TEST(SpellInOthersTest, AxesAreAnInputWhateverTheOpset) {
  for (const int64_t opset : {7, 11, 13, 17}) {
    const Graph graph = Spelled(
        MakeNode("ReduceL2", {"x"}, {"y"}, {{"axes", Ints{1}}, {"keepdims", int64_t{0}}}), opset);
    EXPECT_EQ(Text(graph), "Mul(x,x) ReduceSum(#0,[1]) Sqrt(#1)");
    EXPECT_EQ(graph.nodes[1].attributes.count("axes"), 0u);
    EXPECT_EQ(graph.nodes[1].Int("keepdims", 1), 0);
  }
  const std::map<std::string, Tensor> axes = {{"axes", Tensor::I64(Ints{1})}};
  EXPECT_EQ(Text(Spelled(MakeNode("ReduceL1", {"x", "axes"}, {"y"}), 18, axes)),
            "Abs(x) ReduceSum(#0,[1])");
  EXPECT_EQ(Text(Spelled(MakeNode("ReduceLogSum", {"x", "axes"}, {"y"}), 18, axes)),
            "ReduceSum(x,[1]) Log(#0)");
}

TEST(SpellInOthersTest, AReductionOfNoAxesIsItsInput) {
  const std::map<std::string, AttributeValue> nothing = {{"noop_with_empty_axes", int64_t{1}}};
  EXPECT_EQ(Text(Spelled(MakeNode("ReduceMean", {"x"}, {"y"}, nothing), 18)), "Identity(x)");
  EXPECT_EQ(Text(Spelled(MakeNode("ReduceSum", {"x", "axes"}, {"y"}, nothing), 13,
                         {{"axes", Tensor::I64(Ints{})}})),
            "Identity(x)");
  EXPECT_EQ(Text(Spelled(MakeNode("ReduceSum", {"x", "axes"}, {"y"}, nothing), 13,
                         {{"axes", Tensor::I64(Ints{1})}})),
            "ReduceSum(x,[1])");
}

// Versions of ONNX disagree on whether it is its input or what it makes of single values.
TEST(SpellInOthersTest, AReductionOfNoAxesOfMoreThanSumsStays) {
  const std::map<std::string, AttributeValue> nothing = {{"noop_with_empty_axes", int64_t{1}}};
  for (const std::string op : {"ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum"}) {
    EXPECT_EQ(Text(Spelled(MakeNode(op, {"x"}, {"y"}, nothing), 18)), op + "(x)");
  }
}

TEST(SpellInOthersTest, ACastToTheTypeOfAValue) {
  const auto cast = [](std::vector<Node> nodes, DataType input) {
    Graph graph;
    graph.opset = 19;
    graph.inputs = {{"x", DataType::kFloat32, {-1, 6}}, {"r", input, {-1, 6}}};
    graph.outputs = {{"y", DataType::kFloat32, {-1, 6}}};
    nodes.push_back(MakeNode("CastLike", {"x", nodes.empty() ? "r" : "like"}, {"y"}));
    graph.nodes = std::move(nodes);
    EXPECT_TRUE(Canonicalize(&graph).ok());
    const Node& last = graph.nodes.back();
    return last.op == "Cast" ? last.Int("to", 0) : -1;
  };
  const auto number = [](DataType type) { return static_cast<int64_t>(type); };
  EXPECT_EQ(cast({}, DataType::kFloat32), number(DataType::kFloat32));
  EXPECT_EQ(cast({}, DataType::kInt32), number(DataType::kInt32));
  // As float64 values are.
  EXPECT_EQ(cast({}, DataType::kFloat64), number(DataType::kFloat32));
  EXPECT_EQ(cast({MakeNode("Less", {"r", "r"}, {"like"})}, DataType::kFloat32),
            number(DataType::kBool));
  EXPECT_EQ(cast({MakeNode("Shape", {"r"}, {"like"})}, DataType::kFloat32),
            number(DataType::kInt64));
  EXPECT_EQ(cast({MakeNode("CastLike", {"r", "x"}, {"like"})}, DataType::kInt32),
            number(DataType::kFloat32));
  // What nobody knows computes values of any type.
  EXPECT_EQ(cast({MakeNode("Unknown", {"r"}, {"like"})}, DataType::kInt32), -1);
}

// Before opset 18 the axes of a ReduceMean were an attribute.
TEST(SpellInOthersTest, ANodeThatNeedsANewerOpsetGetsIt) {
  for (const int64_t opset : {7, 13, 18, 20}) {
    const bool old = opset < 18;
    Node node = MakeNode("ReduceMean", {"x"}, {"y"});
    if (old) node.attributes["axes"] = Ints{1};
    if (!old) node.inputs.push_back("axes");
    const Graph graph = Spelled(node, opset, {{"axes", Tensor::I64(Ints{1})}});
    EXPECT_EQ(Text(graph), "ReduceMean(x,[1])");
    EXPECT_EQ(graph.opset, old ? 18 : opset);
  }
}

// -7 mod 3: -1 has the dividend's sign, (-1 + 3) mod 3 = 2 the divisor's.
TEST(SpellInOthersTest, RemaindersOfIntegers) {
  Graph graph;
  graph.inputs = {{"x", DataType::kInt64, {-1, 6}}};
  graph.outputs = {{"y", DataType::kInt64, {-1, 6}}};
  graph.nodes = {MakeNode("Mod", {"x", "c"}, {"y"})};
  graph.initializers = {{"c", Tensor::I64(Ints{3})}};
  Graph floats = graph;
  EXPECT_TRUE(Canonicalize(&graph).ok());
  EXPECT_EQ(Text(graph), "Mod(x,[3]) Add(#0,[3]) Mod(#1,[3])");
  EXPECT_EQ(graph.nodes[0].Int("fmod", 0), 1);
  EXPECT_EQ(graph.nodes[2].Int("fmod", 0), 1);
  floats.inputs[0].type = DataType::kFloat32;
  EXPECT_TRUE(Canonicalize(&floats).ok());
  EXPECT_EQ(Text(floats), "Mod(x,[3])");
}

TEST(SpellInOthersTest, Powers) {
  const auto spelled = [](Tensor exponent) {
    return Text(Spelled(MakeNode("Pow", {"x", "e"}, {"y"}), 13, {{"e", std::move(exponent)}}));
  };
  const float two = 2, half = 0.5f;
  EXPECT_EQ(spelled(Tensor::F32({}, {&two, 1})), "Mul(x,x)");
  EXPECT_EQ(spelled(Tensor::F32({}, {&half, 1})), "Pow(x,50%)");
  EXPECT_EQ(spelled(Tensor::I64(Ints{2})), "Mul(x,x)");
  EXPECT_EQ(spelled(Tensor::I64(Ints{3})), "Pow(x,300%)");
  EXPECT_EQ(spelled(Tensor::F32({2}, std::vector<float>{2, 2})), "Pow(x,200%200%)");
  EXPECT_EQ(spelled(Tensor::I64(Ints{2, 1})), "Pow(x,200%100%)");
}

TEST(SpellInOthersTest, ClipAtInputsOfTheGraph) {
  EXPECT_EQ(Text(Spelled(MakeNode("Clip", {"x", "r"}, {"y"}))), "Max(x,r)");
  EXPECT_EQ(Text(Spelled(MakeNode("Clip", {"x", "", "r"}, {"y"}))), "Min(x,r)");
  EXPECT_EQ(Text(Spelled(MakeNode("Clip", {"x", "r", "r"}, {"y"}))), "Max(x,r) Min(#0,r)");
}

TEST(LayerStatisticsTest, ANormalizationWhoseMeanIsReadIsItsParts) {
  Graph graph;
  graph.opset = 17;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 6}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 6}}, {"m", DataType::kFloat32, {-1, 1}}};
  graph.initializers["scale"] = Counting({6});
  graph.initializers["bias"] = Counting({6});
  graph.nodes = {MakeNode("LayerNormalization", {"x", "scale", "bias"}, {"y", "m", "i"})};
  Graph whole = graph;
  EXPECT_TRUE(Canonicalize(&graph).ok());
  EXPECT_TRUE(CheckNames(graph).ok()) << CheckNames(graph).ToString();
  std::string operators;
  for (const Node& node : graph.nodes) operators += node.op + " ";
  EXPECT_EQ(operators, "ReduceMean Sub Mul ReduceMean Add Sqrt Div Mul Mul Add ");
  EXPECT_EQ(graph.nodes[0].outputs[0], "m");
  EXPECT_EQ(graph.nodes.back().outputs[0], "y");
  // Where nobody reads it, the node stays.
  whole.outputs.pop_back();
  EXPECT_TRUE(Canonicalize(&whole).ok());
  ASSERT_EQ(whole.nodes.size(), 1u);
  EXPECT_EQ(whole.nodes[0].op, "LayerNormalization");
}

}  // namespace
}  // namespace dc
