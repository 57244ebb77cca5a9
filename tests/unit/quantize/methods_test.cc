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

StatusOr<std::map<std::string, ObservedValue>> Observed(const Graph&,
                                                        const std::vector<std::string>& names) {
  std::map<std::string, ObservedValue> any;
  for (const std::string& name : names) any[name] = {0.0f, 3.0f, {0.0f, 1.0f, 3.0f}};
  return any;
}

StatusOr<MethodPlan> Plan(const MethodOptions& options, Graph* graph) {
  DC_ASSIGN_OR_RETURN(const Method* method, FindMethod(options.name));
  DC_ASSIGN_OR_RETURN(MethodContext context, MakeMethodContext(*method, options, graph));
  context.observe = Observed;
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
  const bool of_weights = (*FindMethod(GetParam()))->info().bits.find("w=") != std::string::npos;
  for (const char* name : {"w1", "w2", "w3"}) {
    if (!of_weights) continue;
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

// nnabla's binary connect and net neither clip latent weights nor scale steps.
TEST(Bnn, ClipsUnlessTold) {
  Graph graph = ThreeLayers(), other = ThreeLayers();
  EXPECT_EQ(Plan({.name = "bnn"}, &graph)->weights.at("w1").settings.at("clip"), "yes");
  const auto plan = Plan({.name = "bnn", .settings = "clip=no,scale-steps=no"}, &other);
  EXPECT_EQ(plan->weights.at("w1").settings.at("clip"), "no");
  EXPECT_TRUE(plan->step_scales.empty());
}

TEST(Bnn, ShiftNormalizationsBecomeUsualOnes) {
  Graph graph = ThreeLayers();
  ASSERT_TRUE(Plan({.name = "bnn", .settings = "shift-norm=yes"}, &graph).ok());
  EXPECT_EQ(graph.Producer("h1")->Int("shift_based", 0), 1);
  graph.initializers["h1_scale"].f32()[0] = -3;
  graph.initializers["h1_variance"].f32()[0] = 20;
  SettleShiftNormalizations(&graph);
  EXPECT_EQ(graph.Producer("h1")->Int("shift_based", 0), 0);
  // AP2(-3) = -4, AP2(1 / sqrt(20)) = 1/4.
  EXPECT_EQ(graph.initializers["h1_scale"].f32()[0], -1.0f);
  EXPECT_FLOAT_EQ(graph.initializers["h1_variance"].f32()[0], 1 - 1e-5f);
}

TEST(BinaryWeight, ScalesByOutputAndLeavesNoLayer) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "binary-weight"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_THAT(plan->weights, SizeIs(3));
  EXPECT_EQ(plan->weights.at("w3").ToString(), "binary bits=1 scale=channel");
}

TEST(Ftprop, GivesEveryUnitALossOfItsOwn) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "ftprop"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_TRUE(plan->weights.empty());
  EXPECT_EQ(Count(graph, "BinaryQuantize"), 2u);
  EXPECT_EQ(graph.Producer("a1")->String("layer_loss", ""), "soft_hinge");
  Graph equal = ThreeLayers();
  ASSERT_TRUE(
      Plan({.name = "ftprop", .bits = "w=1,a=2", .settings = "loss-weights=equal"}, &equal).ok());
  EXPECT_EQ(equal.Producer("a1")->String("layer_loss", ""), "equal_soft_hinge");
  EXPECT_EQ(equal.Producer("a1")->Int("high", 0), 3);
}

TEST(LinTalathi, SwitchesActivationsOnFromTheBottom) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "lin-talathi"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(Count(graph, "UniformQuantize"), 0u);
  ASSERT_THAT(plan->stages, SizeIs(3));
  EXPECT_TRUE(plan->stages[0].frozen.empty());
  EXPECT_THAT(plan->stages[1].frozen,
              testing::UnorderedElementsAre("w1", "h1_scale", "h1_bias", "h1_mean", "h1_variance"));
  EXPECT_THAT(plan->stages[2].frozen, SizeIs(10));
  const StageTools tools = {Observed, nullptr};
  ASSERT_TRUE(plan->stages[1].begin(&graph, tools).ok());
  EXPECT_EQ(Count(graph, "UniformQuantize"), 1u);
  EXPECT_EQ(graph.Producer(graph.Producer("m2")->inputs[0])->op, "UniformQuantize");
  ASSERT_TRUE(plan->stages[2].begin(&graph, tools).ok());
  EXPECT_EQ(Count(graph, "UniformQuantize"), 2u);
}

TEST(LinTalathi, SwitchAndTopHaveOneStageMore) {
  Graph graph = ThreeLayers();
  const auto switched = Plan({.name = "lin-talathi", .settings = "procedure=switch"}, &graph);
  ASSERT_THAT(switched->stages, SizeIs(2));
  EXPECT_EQ(switched->stages[1].share, 0);
  const auto top = Plan({.name = "lin-talathi", .settings = "procedure=top,top-layers=2"}, &graph);
  ASSERT_THAT(top->stages, SizeIs(2));
  EXPECT_THAT(top->stages[1].frozen, testing::Contains("w1"));
  EXPECT_THAT(top->stages[1].frozen, testing::Not(testing::Contains("w2")));
  EXPECT_THAT(Plan({.name = "lin-talathi", .settings = "procedure=top,top-layers=4"}, &graph)
                  .status()
                  .ToString(),
              HasSubstr("3 layers has no 4"));
}

TEST(Tnn, MakesLayersTernaryAfterTheirTeachers) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "tnn"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  ASSERT_THAT(plan->stages, SizeIs(4));
  EXPECT_EQ(Count(graph, "Tanh"), 2u);
  EXPECT_EQ(Count(graph, "Relu"), 0u);
  EXPECT_EQ(graph.Producer(graph.Producer("m2")->inputs[0])->Int("stochastic", 0), 1);
  EXPECT_EQ(plan->first_stage.at("w1"), 1u);
  EXPECT_THAT(plan->stages[1].frozen, testing::Contains("h1_mean"));
  EXPECT_THAT(plan->stages[3].frozen, testing::Contains("w3"));
  EXPECT_THAT(plan->stages[3].frozen, testing::Not(testing::Contains("y_scale")));

  // Every neuron of the first layer: weights 3, 0.1, -2, -0.1.
  Tensor& w1 = graph.initializers["w1"];
  const float column[] = {3, 0.1f, -2, -0.1f};
  for (size_t k = 0; k < 4; ++k) {
    for (size_t n = 0; n < 4; ++n) w1.f32()[k * 4 + n] = column[k];
  }
  // The fourth is turned around by its normalization.
  std::ranges::fill(graph.initializers["h1_scale"].f32(), 1.0f);
  graph.initializers["h1_scale"].f32()[3] = -1;
  // All 81 inputs of -1, 0 and 1; the teacher fires the sign of x0 - x2.
  std::vector<float> x, fires;
  for (int i = 0; i < 81; ++i) {
    const int parts[] = {i / 27 - 1, i / 9 % 3 - 1, i / 3 % 3 - 1, i % 3 - 1};
    for (const int part : parts) x.push_back(static_cast<float>(part));
    const int sum = parts[0] - parts[2];
    for (int n = 0; n < 4; ++n) {
      const float sign = static_cast<float>((sum > 0) - (sum < 0));
      fires.push_back(n == 3 ? -sign : sign);
    }
  }
  const StageTools tools = {
      Observed, [&](const Graph&, const std::vector<std::string>& names, int64_t) {
        return StatusOr<std::map<std::string, std::vector<float>>>(
            std::map<std::string, std::vector<float>>{{names[0], x}, {names[1], fires}});
      }};
  ASSERT_TRUE(plan->stages[1].begin(&graph, tools).ok());
  const auto weights = graph.initializers["w1"].f32();
  const float ternary[] = {1, 0, -1, 0};
  for (size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(weights[k * 4], ternary[k]);
    EXPECT_EQ(weights[k * 4 + 3], -ternary[k]);
  }
  // Thresholds of -0.5 and 0.5: a scale of 1 about 0.
  EXPECT_NEAR(graph.initializers["h1_scale"].f32()[0], 1, 1e-6);
  EXPECT_NEAR(graph.initializers["h1_mean"].f32()[0], 0, 1e-6);
  EXPECT_EQ(Count(graph, "Tanh"), 1u);
  const Node& rounding = *graph.Producer(graph.Producer("m2")->inputs[0]);
  EXPECT_EQ(rounding.inputs[0], "h1");
  EXPECT_EQ(rounding.Int("stochastic", 0), 0);
}

TEST(Tnn, WantsFullyConnectedLayersWithNormalizations) {
  Graph graph = ThreeLayers();
  EXPECT_THAT(Plan({.name = "tnn", .skip = "first"}, &graph).status().ToString(),
              HasSubstr("--skip none"));
  std::erase_if(graph.nodes, [](const Node& node) { return node.outputs[0] == "h1"; });
  graph.nodes[1].inputs[0] = "m1";
  EXPECT_THAT(Plan({.name = "tnn"}, &graph).status().ToString(), HasSubstr("weight w1"));
}

TEST(FixedPointNet, RoundsBeforeTheFunctions) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "fixed-point-net"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(Count(graph, "UniformQuantize"), 2u);
  const Node& quantizer = *graph.Producer(graph.Producer("a1")->inputs[0]);
  EXPECT_EQ(quantizer.op, "UniformQuantize");
  EXPECT_EQ(quantizer.inputs[0], "h1");
  EXPECT_EQ(quantizer.Int("low", 0), -127);
  EXPECT_EQ(quantizer.Int("high", 0), 127);
  // Values up to 3 need 4 = 2^7 steps of 2^-5.
  EXPECT_FLOAT_EQ(graph.Constant(quantizer.inputs[1])->f32()[0], 0x1p-5f);

  Graph fixed = ThreeLayers();
  const auto nnabla = Plan({.name = "fixed-point-net", .settings = "fraction-bits=4"}, &fixed);
  ASSERT_TRUE(nnabla.ok());
  EXPECT_EQ(nnabla->weights.at("w1").ToString(),
            "uniform bits=8 fraction=4 narrow=yes range=fraction");
  const Node& other = *fixed.Producer(fixed.Producer("a1")->inputs[0]);
  EXPECT_FLOAT_EQ(fixed.Constant(other.inputs[1])->f32()[0], 0x1p-4f);
  EXPECT_THAT(
      Plan({.name = "fixed-point-net", .settings = "fraction-bits=x"}, &fixed).status().ToString(),
      HasSubstr("option 'fraction'"));
}

TEST(Gupta, OutputsMayHaveAFormatOfTheirOwn) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "gupta", .settings = "output-fraction-bits=10"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_THAT(plan->weights.at("w1").ToString(), HasSubstr("fraction=14"));
  const auto scale_of = [](const Graph& of) {
    const auto quantizer = std::find_if(of.nodes.begin(), of.nodes.end(), [](const Node& node) {
      return node.op == "UniformQuantize";
    });
    return of.Constant(quantizer->inputs[1])->f32()[0];
  };
  EXPECT_FLOAT_EQ(scale_of(graph), 0x1p-10f);

  Graph alike = ThreeLayers();
  ASSERT_TRUE(Plan({.name = "gupta"}, &alike).ok());
  EXPECT_FLOAT_EQ(scale_of(alike), 0x1p-14f);
  for (const char* wrong :
       {"output-fraction-bits=23", "output-fraction-bits=", "fraction-bits=x"}) {
    Graph refused = ThreeLayers();
    EXPECT_THAT(Plan({.name = "gupta", .settings = wrong}, &refused).status().ToString(),
                HasSubstr("fraction-bits"));
  }
}

TEST(XnorNet, MultipliesByTheMapK) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "xnor-net", .skip = "first", .settings = "k-map=yes"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  // m2 = sign(h1) w2 is multiplied by mean |h1|.
  const Node& scaled = *graph.Producer(graph.Producer("h2")->inputs[0]);
  EXPECT_EQ(scaled.op, "Mul");
  EXPECT_EQ(scaled.inputs[0], "m2");
  const Node& mean = *graph.Producer(scaled.inputs[1]);
  EXPECT_EQ(mean.op, "Mul");
  EXPECT_EQ(graph.Constant(mean.inputs[1])->f32()[0], 0.25f);  // of four inputs
  const Node& sum = *graph.Producer(mean.inputs[0]);
  EXPECT_EQ(sum.op, "ReduceSum");
  const Node& size = *graph.Producer(sum.inputs[0]);
  EXPECT_EQ(size.op, "Abs");
  EXPECT_EQ(size.inputs[0], "h1");
  EXPECT_EQ(Count(graph, "ReduceSum"), 1u);  // between the sign and w3 is a Flatten
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

TEST(Lsq, LearnsStepsOfChannels) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "lsq", .settings = "of=channel"}, &graph);
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->weights.at("w2").settings.at("of"), "channel");
  EXPECT_THAT(Plan({.name = "lsq", .settings = "of=row"}, &graph).status().ToString(),
              HasSubstr("use one of: tensor, channel"));
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

TEST(Courbariaux, RangesFollowEveryHundredBatches) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "courbariaux"}, &graph);
  ASSERT_TRUE(plan.ok());
  std::vector<float> latent = {2.0f, 0.1f, 0.0f};  // two weights and a range of 2^0
  int changes = 0;
  const LatentAccess access = {[&](const std::string&) { return std::span<float>(latent); },
                               [&](const std::string&) { ++changes; }};
  for (int64_t step = 0; step < 100; ++step) ASSERT_TRUE(plan->before_step(step, 200, access).ok());
  EXPECT_EQ(changes, 0);
  ASSERT_TRUE(plan->before_step(100, 200, access).ok());
  EXPECT_EQ(changes, 3);
  EXPECT_EQ(latent[2], 2.0f);  // up by one for two of the three; then 2 fits
}

TEST(BinaryConnect, AStochasticTrainingEndsWithSigns) {
  Graph graph = ThreeLayers();
  const auto plan = Plan({.name = "binary-connect", .settings = "rounding=stochastic"}, &graph);
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  std::vector<float> latent = {0.2f, -0.7f, 0.0f};
  const LatentAccess access = {[&](const std::string&) { return std::span<float>(latent); },
                               [](const std::string&) {}};
  for (int64_t step : {0, 97}) ASSERT_TRUE(plan->before_step(step, 100, access).ok());
  EXPECT_EQ(latent, (std::vector<float>{0.2f, -0.7f, 0.0f}));
  ASSERT_TRUE(plan->before_step(98, 100, access).ok());
  EXPECT_EQ(latent, (std::vector<float>{1, -1, 1}));
  Graph other = ThreeLayers();
  EXPECT_EQ(Plan({.name = "binary-connect"}, &other)->before_step, nullptr);
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
