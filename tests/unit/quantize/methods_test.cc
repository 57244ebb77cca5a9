// Methods: what they put where, and what they refuse.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/node_attributes.h"
#include "quantize/activation_sites.h"
#include "quantize/method.h"
#include "unit/model/small_graphs.h"

namespace dc {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

void Normalize(const std::string& value, const std::string& to, Graph* graph) {
  for (const char* part : {"_scale", "_bias", "_mean", "_variance"}) {
    graph->initializers[to + part] = Counting({4});
  }
  graph->nodes.push_back(
      MakeNode("BatchNormalization",
               {value, to + "_scale", to + "_bias", to + "_mean", to + "_variance"}, {to}));
}

// x -> w1 -> norm -> Relu -> w2 -> norm -> Relu -> Flatten -> w3 -> norm -> y.
Graph ThreeLayers() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 4}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 4}}};
  std::string value = "x";
  for (const char* k : {"1", "2", "3"}) {
    const std::string n = k;
    graph.initializers["w" + n] = Counting({4, 4});
    graph.nodes.push_back(MakeNode("MatMul", {value, "w" + n}, {"m" + n}));
    Normalize("m" + n, n == "3" ? "y" : "h" + n, &graph);
    if (n == "3") break;
    graph.nodes.push_back(MakeNode("Relu", {"h" + n}, {"a" + n}));
    value = "a" + n;
    if (n == "2") {
      graph.nodes.push_back(MakeNode("Flatten", {"a2"}, {"f"}));
      value = "f";
    }
  }
  return graph;
}

StatusOr<MethodPlan> Plan(const MethodOptions& options, Graph* graph) {
  DC_ASSIGN_OR_RETURN(const Method* method, FindMethod(options.name));
  DC_ASSIGN_OR_RETURN(MethodContext context, MakeMethodContext(*method, options, graph));
  context.observe = [](const Graph&, const std::vector<std::string>& names) {
    std::map<std::string, ObservedValue> any;
    for (const std::string& name : names) any[name] = {0.0f, 3.0f, {0.0f, 1.0f, 3.0f}};
    return StatusOr<std::map<std::string, ObservedValue>>(std::move(any));
  };
  return method->Plan(&context);
}

size_t Count(const Graph& graph, const std::string& op) {
  return static_cast<size_t>(std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                           [&](const Node& node) { return node.op == op; }));
}

TEST(ActivationSites, AreTheFunctionsBeforeLayers) {
  const std::vector<ActivationSite> sites = FindActivationSites(ThreeLayers());
  ASSERT_THAT(sites, SizeIs(3));
  EXPECT_TRUE(sites[0].is_input);
  EXPECT_EQ(sites[1].value, "a1");
  EXPECT_TRUE(sites[1].has_function);
  EXPECT_TRUE(sites[1].rectified);
  EXPECT_EQ(sites[2].value, "a2");  // through the Flatten
  EXPECT_THAT(sites[2].weights, testing::ElementsAre("w3"));
}

class EveryMethod : public testing::TestWithParam<std::string> {};

TEST_P(EveryMethod, PlansAsItIsListed) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = GetParam(), .skip = "none"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  for (const char* name : {"w1", "w2", "w3"}) {
    ASSERT_TRUE(plan->weights.count(name)) << name;
    EXPECT_TRUE(CheckQuantizer(plan->weights.at(name)).ok());
  }
  for (const Node& node : graph.nodes) EXPECT_NE(OperatorOf(node), nullptr) << node.op;
  EXPECT_TRUE(CheckMethodOptions({.name = GetParam(), .skip = "none"}, ThreeLayers()).ok());
}

TEST_P(EveryMethod, RefusesWhatItCannotHave) {
  Graph graph = ThreeLayers();
  const auto message = [&](MethodOptions options) {
    options.name = GetParam();
    Graph copy = graph;
    return Plan(options, &copy).status().ToString();
  };
  EXPECT_THAT(message({.bits = "w=31"}), HasSubstr("use"));
  EXPECT_THAT(message({.bits = "w=0"}), HasSubstr("32 for float"));
  EXPECT_THAT(message({.bits = "q=1"}), HasSubstr("w, a, g, i, or layers"));
  EXPECT_THAT(message({.skip = "conv9"}), HasSubstr("no layer is called"));
  EXPECT_THAT(message({.settings = "colour=red"}), HasSubstr("no option 'colour'"));
}

std::vector<std::string> Names() {
  std::vector<std::string> names;
  for (const MethodInfo& info : ListMethods()) names.push_back(info.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(All, EveryMethod, testing::ValuesIn(Names()), [](const auto& row) {
  std::string name = row.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(Dorefa, LeavesFirstAndLastAndClipsWhatTheLastReads) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "dorefa", .bits = "w=2,a=3,g=6"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->weights, SizeIs(1));
  EXPECT_EQ(plan->weights.at("w2").ToString(), "dorefa bits=2");
  EXPECT_EQ(Count(graph, "Relu"), 0u);
  EXPECT_EQ(Count(graph, "UniformQuantize"), 1u);
  EXPECT_EQ(Count(graph, "Clip"), 1u);
  EXPECT_EQ(Count(graph, "QuantizeGradient"), 1u);
  const Node& quantizer = *graph.Producer("a1");
  EXPECT_EQ(quantizer.Int("low", -1), 0);
  EXPECT_EQ(quantizer.Int("high", -1), 7);
  EXPECT_FLOAT_EQ(graph.Constant(quantizer.inputs[1])->f32()[0], 1.0f / 7);
  RemoveGradientQuantizers(&graph);
  EXPECT_EQ(Count(graph, "QuantizeGradient"), 0u);
  EXPECT_EQ(graph.Producer("h2")->inputs[0], "m2");
}

TEST(Bnn, PutsSignsInPlaceOfFunctionsAndAtTheInput) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "bnn", .bits = "i=1"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(Count(graph, "BinaryQuantize"), 3u);
  EXPECT_EQ(Count(graph, "Relu"), 0u);
  EXPECT_TRUE(plan->starts_uniform);
  // Glorot's factor, of 4 inputs and 4 outputs: 1 / sqrt(1.5 / 8).
  EXPECT_NEAR(plan->step_scales.at("w2"), std::sqrt(8 / 1.5), 1e-9);
}

TEST(Lsq, AddsQuantizersAfterTheFunctions) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "lsq", .bits = "a=2", .skip = "none"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(Count(graph, "Relu"), 2u);
  EXPECT_EQ(Count(graph, "UniformQuantize"), 2u);
  const Node& quantizer = *graph.Producer(graph.Producer("m2")->inputs[0]);
  EXPECT_EQ(quantizer.String("scale_rule", ""), "learned");
  // 2 mean |x| / sqrt(3), of 0, 1 and 3.
  EXPECT_NEAR(graph.Constant(quantizer.inputs[1])->f32()[0], 2 * (4.0 / 3) / std::sqrt(3.0), 1e-6);
}

TEST(Inq, FreezesPortionsAtTheirSteps) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "inq", .settings = "portions=0.5:1"}, &graph);
  ASSERT_TRUE(plan.ok());
  ASSERT_TRUE(plan->before_step);
  const std::string bad =
      Plan({.name = "inq", .settings = "portions=0.5:0.9"}, &graph).status().ToString();
  EXPECT_THAT(bad, HasSubstr("end in 1"));
}

TEST(Lin, GivesSmallerLayersMoreBits) {
  Graph graph = ThreeLayers();
  graph.initializers["w2"] = Counting({40, 40});  // a hundred times the weights
  graph.nodes.clear();
  graph.inputs[0].shape = {-1, 40};
  graph.nodes.push_back(MakeNode("MatMul", {"x", "w2"}, {"h"}));
  graph.nodes.push_back(MakeNode("Slice", {"h", "s", "e", "a"}, {"p"}));
  graph.initializers["s"] = Tensor::I64(std::vector<int64_t>{0});
  graph.initializers["e"] = Tensor::I64(std::vector<int64_t>{4});
  graph.initializers["a"] = Tensor::I64(std::vector<int64_t>{1});
  graph.nodes.push_back(MakeNode("MatMul", {"p", "w1"}, {"y"}));
  const auto plan = Plan({.name = "lin", .bits = "w=4", .settings = "kappa=5"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ(plan->weights.at("w2").bits, 4);
  EXPECT_EQ(plan->weights.at("w1").bits, 8);  // 10 log10(100) / 5 more
  EXPECT_THAT(Plan({.name = "lin", .bits = "w=4,w1=3"}, &graph).status().ToString(),
              HasSubstr("finds the bits of layers itself (bits w1=3)"));
}

TEST(Ristretto, MinifloatActivationsAreStandardOperators) {
  Graph graph = ThreeLayers();
  const auto plan =
      Plan({.name = "ristretto", .bits = "w=8,a=8", .settings = "format=minifloat"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ(plan->weights.at("w2").ToString(), "minifloat bits=8 exponent=4");
  EXPECT_EQ(Count(graph, "Shrink"), 2u);
  EXPECT_EQ(Count(graph, "Sub"), 4u);
  // What the nodes compute, with their own numbers, is what the quantizer of weights does.
  const Node& clip = graph.nodes[graph.Consumers("a1")[0]];
  ASSERT_EQ(clip.op, "Clip");
  const float most = graph.Constant(clip.inputs[2])->f32()[0];
  const Node& shrink = graph.nodes[graph.Consumers(clip.outputs[0])[0]];
  const float threshold = shrink.Float("lambd", 0);
  const Node& mul = graph.nodes[graph.Consumers(shrink.outputs[0])[0]];
  const float factor = graph.Constant(mul.inputs[1])->f32()[0];
  const Minifloat format{4, 3};
  for (int i = -3000; i <= 3000; ++i) {
    const float x = static_cast<float>(i * std::abs(i)) * 1.37e-4f;
    const float clipped = std::clamp(x, -most, most);
    const float large = std::abs(clipped) > threshold ? clipped : 0.0f;
    const volatile float y = factor * large, rest = y - large, rounded = y - rest;
    ASSERT_EQ(rounded, format(x)) << x;
  }
  EXPECT_THAT(Plan({.name = "ristretto", .bits = "w=5", .settings = "format=minifloat"}, &graph)
                  .status()
                  .ToString(),
              HasSubstr("7 to 16"));
  EXPECT_THAT(Plan({.name = "ristretto", .settings = "format=posit"}, &graph).status().ToString(),
              HasSubstr("dynamic, minifloat or power"));
}

TEST(HashedNets, GivesEveryLayerATableAndAHashOfItsOwn) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "hashed-nets", .settings = "weights=2"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  std::set<std::string> seeds;
  for (const auto& [name, spec] : plan->weights) {
    const Tensor& weight = graph.initializers.at(name);
    EXPECT_EQ(spec.settings.at("buckets"), std::to_string((weight.size() + 1) / 2)) << name;
    seeds.insert(spec.settings.at("seed"));
  }
  EXPECT_EQ(seeds.size(), plan->weights.size());
  EXPECT_FALSE(Plan({.name = "hashed-nets", .settings = "weights=0.5"}, &graph).ok());
  EXPECT_FALSE(Plan({.name = "hashed-nets", .bits = "w=4"}, &graph).ok());
}

}  // namespace
}  // namespace dc
