#include "dc/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dc/quantized_weight.h"
#include "unit/quantize/sample_values.h"

namespace dc {
namespace {

using testing::HasSubstr;

// input -> Conv(conv.w) -> Relu -> Flatten -> Gemm(fc.w)
Graph SmallNetwork() {
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1, 4, 4}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, 10}}};
  graph.initializers["conv.w"] = Tensor::F32({6, 1, 3, 3}, NormalValues(54, 1));
  std::vector<float> fc = NormalValues(240, 2);
  for (size_t i = 0; i < fc.size(); i += 2) fc[i] = 0.0f;
  graph.initializers["fc.w"] = Tensor::F32({10, 24}, fc);
  graph.nodes = {{"", "Conv", "", {"x", "conv.w"}, {"c"}, {}},
                 {"", "Relu", "", {"c"}, {"r"}, {}},
                 {"", "Flatten", "", {"r"}, {"f"}, {}},
                 {"", "Gemm", "", {"f", "fc.w"}, {"y"}, {{"transB", int64_t{1}}}}};
  return graph;
}

// Quantizes `graph` in place.
StatusOr<std::vector<LayerQuantization>> Quantize(const QuantizeOptions& options, Graph* graph) {
  DC_ASSIGN_OR_RETURN(const std::vector<QuantizedLayer> layers,
                      QuantizeGraph(*graph, options, nullptr));
  std::vector<LayerQuantization> outcomes;
  for (const QuantizedLayer& layer : layers) {
    DC_RETURN_IF_ERROR(SetQuantizedWeight(graph, layer.outcome.name, layer.weight));
    outcomes.push_back(layer.outcome);
  }
  return outcomes;
}

TEST(QuantizeGraph, DefaultsAreKMeansWith8And5Bits) {
  Graph graph = SmallNetwork();
  const Graph before = graph;
  const auto layers = Quantize({}, &graph);
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();
  ASSERT_EQ(layers->size(), 2u);
  EXPECT_EQ((*layers)[0].name, "conv.w");
  EXPECT_EQ((*layers)[0].bits, 8);
  EXPECT_EQ((*layers)[0].entries, 54);  // fewer values than 256
  EXPECT_EQ((*layers)[0].max_error, 0);
  EXPECT_EQ((*layers)[1].policy, "kmeans");
  EXPECT_EQ((*layers)[1].bits, 5);
  EXPECT_EQ((*layers)[1].entries, 32);
  EXPECT_GT((*layers)[1].rms_error, 0);
  ASSERT_TRUE(IsQuantized(graph, "fc.w"));
  const auto fc = GetQuantizedWeight(graph, "fc.w");
  ASSERT_TRUE(fc.ok());
  EXPECT_TRUE(fc->sparse());
  EXPECT_EQ(fc->shape, (std::vector<int64_t>{10, 24}));
  const auto original = before.initializers.at("fc.w").f32();
  for (size_t i = 0; i < original.size(); ++i) EXPECT_EQ(fc->codes[i] == 0, original[i] == 0.0f);
}

TEST(QuantizeGraph, FollowsSettingsAndIsTheSameForAnyThreadCount) {
  QuantizeOptions options;
  options.policy = *LayerSettings::Parse("conv=fixed_point,fc.w=ternary");
  options.bits = *LayerSettings::Parse("conv=3,fc=4");
  Graph one = SmallNetwork(), three = SmallNetwork();
  options.threads = 1;
  ASSERT_TRUE(Quantize(options, &one).ok());
  options.threads = 3;
  const auto layers = Quantize(options, &three);
  ASSERT_TRUE(layers.ok());
  EXPECT_EQ((*layers)[0].policy, "fixed_point");
  EXPECT_EQ((*layers)[0].bits, 3);
  EXPECT_EQ((*layers)[1].policy, "ternary");
  EXPECT_EQ((*layers)[1].bits, 2);
  for (const char* name : {"conv.w", "fc.w"}) {
    EXPECT_EQ(GetQuantizedWeight(one, name)->codes, GetQuantizedWeight(three, name)->codes);
    EXPECT_EQ(GetQuantizedWeight(one, name)->codebook, GetQuantizedWeight(three, name)->codebook);
  }
}

TEST(QuantizeGraph, QuantizesAQuantizedGraphAgain) {
  Graph graph = SmallNetwork();
  QuantizeOptions options;
  options.bits = *LayerSettings::Parse("6");
  ASSERT_TRUE(Quantize(options, &graph).ok());
  const QuantizedWeight first = *GetQuantizedWeight(graph, "fc.w");
  // Enough bits for all the values that are left: nothing changes but the width.
  options.bits = *LayerSettings::Parse("7");
  const auto layers = Quantize(options, &graph);
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();
  EXPECT_EQ((*layers)[1].max_error, 0);
  EXPECT_EQ(GetQuantizedWeight(graph, "fc.w")->codebook, first.codebook);
  EXPECT_EQ(GetQuantizedWeight(graph, "fc.w")->codes, first.codes);
}

TEST(QuantizeGraph, RefusalsNameTheTensorAndChangeNothing) {
  struct Case {
    std::string policy, bits;
    StatusCode code;
    std::string text;
  };
  for (const Case& c : {Case{"median", "5", StatusCode::kUsage, "median"},
                        Case{"kmeans", "fc=17", StatusCode::kUsage, "fc=17"},
                        Case{"kmeans", "fc=2.5", StatusCode::kUsage, "fc=2.5"},
                        Case{"kmeans", "fc=nan", StatusCode::kUsage, "fc=nan"},
                        Case{"kmeans", "fc9=4", StatusCode::kUsage, "fc9"}}) {
    Graph graph = SmallNetwork();
    QuantizeOptions options;
    options.policy = *LayerSettings::Parse(c.policy);
    options.bits = *LayerSettings::Parse(c.bits);
    const auto layers = Quantize(options, &graph);
    ASSERT_FALSE(layers.ok()) << c.text;
    EXPECT_EQ(layers.status().code(), c.code);
    EXPECT_THAT(layers.status().ToString(), HasSubstr(c.text));
    EXPECT_FALSE(IsQuantized(graph, "conv.w"));
  }
  QuantizeOptions for_rate;
  for_rate.policy = *LayerSettings::Parse("ternary");
  for_rate.lambda = 0.1;
  EXPECT_THAT(CheckQuantizeOptions(for_rate, SmallNetwork()).ToString(),
              HasSubstr("for the coder"));
  for_rate.policy = *LayerSettings::Parse("fc=dead_zone,conv=ternary");
  EXPECT_TRUE(CheckQuantizeOptions(for_rate, SmallNetwork()).ok());
  Graph graph = SmallNetwork();
  graph.initializers.at("fc.w").f32()[100] = std::nanf("");
  const auto layers = Quantize({}, &graph);
  ASSERT_FALSE(layers.ok());
  EXPECT_EQ(layers.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(layers.status().ToString(), HasSubstr("fc.w, element 100"));
  EXPECT_FALSE(IsQuantized(graph, "conv.w"));
}

TEST(QuantizeGraph, OptionsOfAPolicyAreForItsLayersOnly) {
  QuantizeOptions options;
  options.policy_settings = {{"init", "exact"}};
  options.policy = *LayerSettings::Parse("conv=ternary");
  Graph graph = SmallNetwork();
  const auto layers = Quantize(options, &graph);
  ASSERT_TRUE(layers.ok()) << layers.status().ToString();
  EXPECT_EQ((*layers)[1].iterations, 0);  // the exact solution does not iterate
  options.policy = *LayerSettings::Parse("ternary");
  EXPECT_TRUE(CheckQuantizeOptions(options).ok());
  const Status nobody = CheckQuantizeOptions(options, SmallNetwork());
  EXPECT_EQ(nobody.code(), StatusCode::kUsage);
  EXPECT_THAT(nobody.ToString(), HasSubstr("init"));
  options.policy = {};
  options.policy_settings = {{"init", "middle"}};
  EXPECT_THAT(CheckQuantizeOptions(options).ToString(), HasSubstr("use one of: linear, density"));
  options.policy_settings = {{"scale", "1"}};
  EXPECT_THAT(CheckQuantizeOptions(options).ToString(), HasSubstr("'scale'"));
}

}  // namespace
}  // namespace dc
