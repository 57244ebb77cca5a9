#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "dc/prune.h"
#include "dc/quantized_weight.h"
#include "unit/prune/naive_evaluation.h"

namespace dc {
namespace {

using testing::HasSubstr;

// x -> Conv(conv.w) -> Flatten -> Gemm(fc1.w) -> Gemm(fc2.w), with these values.
Graph Network(const std::vector<float>& conv, const std::vector<float>& fc1,
              const std::vector<float>& fc2) {
  auto column = [](const std::vector<float>& values) {
    return Tensor::F32({static_cast<int64_t>(values.size()), 1}, values);
  };
  Graph graph;
  graph.inputs = {{"x", DataType::kFloat32, {-1, 1, 1, 1}}};
  graph.outputs = {{"y", DataType::kFloat32, {-1, -1}}};
  graph.initializers["conv.w"] = Tensor::F32({static_cast<int64_t>(conv.size()), 1, 1, 1}, conv);
  graph.initializers["fc1.w"] = column(fc1);
  graph.initializers["fc2.w"] = column(fc2);
  graph.nodes = {{"", "Conv", "", {"x", "conv.w"}, {"c"}, {}},
                 {"", "Flatten", "", {"c"}, {"f"}, {}},
                 {"", "Gemm", "", {"f", "fc1.w"}, {"h"}, {}},
                 {"", "Gemm", "", {"h", "fc2.w"}, {"y"}, {}}};
  return graph;
}

int64_t Kept(const Masks& masks, const std::string& name) {
  const std::vector<uint8_t>& mask = masks.at(name);
  return std::count(mask.begin(), mask.end(), 1);
}

PruneOptions ByDensity(const std::string& amounts) {
  PruneOptions options;
  options.criterion = PruneCriterion::kDensity;
  options.amounts = *LayerSettings::Parse(amounts);
  return options;
}

TEST(ChooseMasks, DensityKeepsExactlyTheLargest) {
  const Graph graph = Network({1, -5, 3, -2}, RandomValues(1000, 1), {1, 1, 1, 1, 1, 1});
  const auto masks = ChooseMasks(graph, ByDensity("conv=0.5,fc1.w=0.123,fc2.w=0.5"));
  ASSERT_TRUE(masks.ok()) << masks.status().ToString();
  EXPECT_EQ(masks->at("conv.w"), (std::vector<uint8_t>{0, 1, 1, 0}));
  EXPECT_EQ(Kept(*masks, "fc1.w"), 123);
  const auto values = graph.initializers.at("fc1.w").f32();
  float least_kept = 2, greatest_pruned = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    const float magnitude = std::abs(values[i]);
    if (masks->at("fc1.w")[i]) {
      least_kept = std::min(least_kept, magnitude);
    } else {
      greatest_pruned = std::max(greatest_pruned, magnitude);
    }
  }
  EXPECT_GE(least_kept, greatest_pruned);
  EXPECT_EQ(masks->at("fc2.w"), (std::vector<uint8_t>{1, 1, 1, 0, 0, 0}));  // ties: the first stay
}

TEST(ChooseMasks, DensityRoundsAndKeepsAtLeastOne) {
  const Graph graph = Network({1, 2, 3}, {1, 2, 3, 4, 5}, {1, 2});
  const auto masks = ChooseMasks(graph, ByDensity("conv=0.001,fc1.w=0.5,fc2.w=1"));
  ASSERT_TRUE(masks.ok());
  EXPECT_EQ(masks->at("conv.w"), (std::vector<uint8_t>{0, 0, 1}));
  EXPECT_EQ(Kept(*masks, "fc1.w"), 3);  // round(2.5), away from zero
  EXPECT_EQ(Kept(*masks, "fc2.w"), 2);
}

TEST(ChooseMasks, LayersWithoutSettingKeepTheirZerosOnly) {
  const Graph graph = Network({1, 0, 3}, {1, 2}, {0, 2, 0, 4});
  const auto masks = ChooseMasks(graph, ByDensity("fc2.w=0.75"));
  ASSERT_TRUE(masks.ok());
  EXPECT_EQ(masks->at("conv.w"), (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(masks->count("fc1.w"), 0u);
  EXPECT_EQ(masks->at("fc2.w"), (std::vector<uint8_t>{0, 1, 0, 1}));  // zeros stay pruned
}

TEST(ChooseMasks, ThresholdIsQualityTimesStandardDeviation) {
  // Mean 0, deviation sqrt((1 + 1 + 4 + 4 + 16 + 16) / 6) = sqrt(7) = 2.6458.
  const Graph graph = Network({1, -1, 2, -2, 4, -4}, {5, 5, 5}, {1, 100});
  PruneOptions options;
  options.criterion = PruneCriterion::kThreshold;
  options.amounts = *LayerSettings::Parse("conv=1.0,fc1.w=2,fc2.w=50");
  auto masks = ChooseMasks(graph, options);
  ASSERT_TRUE(masks.ok());
  EXPECT_EQ(masks->at("conv.w"), (std::vector<uint8_t>{0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(Kept(*masks, "fc1.w"), 3);                          // deviation 0
  EXPECT_EQ(masks->at("fc2.w"), (std::vector<uint8_t>{0, 1}));  // never nothing
  options.amounts = *LayerSettings::Parse("conv=0.7");          // 1.852
  EXPECT_EQ(Kept(*ChooseMasks(graph, options), "conv.w"), 4);
  EXPECT_EQ(Kept(*ChooseMasksAt(graph, {}, options, 0.5), "conv.w"), 6);  // 0.926
}

TEST(ChooseMasks, GlobalDensityCountsOverAllLayers) {
  const Graph graph = Network({9, -8, 0.5f, 0.25f}, {7, 0.125f, 6, 5}, {0.01f, 0.02f});
  PruneOptions options;
  options.criterion = PruneCriterion::kGlobalDensity;
  options.global_density = 0.5;
  auto masks = ChooseMasks(graph, options);
  ASSERT_TRUE(masks.ok());
  // 5 of 10; fc2.w keeps its largest although ten times smaller ones go elsewhere.
  EXPECT_EQ(masks->at("conv.w"), (std::vector<uint8_t>{1, 1, 0, 0}));
  EXPECT_EQ(masks->at("fc1.w"), (std::vector<uint8_t>{1, 0, 1, 0}));
  EXPECT_EQ(masks->at("fc2.w"), (std::vector<uint8_t>{0, 1}));
  // A layer with its own setting keeps that; 3 of the other 6 remain.
  options.amounts = *LayerSettings::Parse("conv=0.75");
  masks = ChooseMasks(graph, options);
  EXPECT_EQ(masks->at("conv.w"), (std::vector<uint8_t>{1, 1, 1, 0}));
  EXPECT_EQ(Kept(*masks, "fc1.w") + Kept(*masks, "fc2.w"), 3);
}

TEST(ChooseMasks, GlobalDensityIsExactOnLargeLayers) {
  const Graph graph = Network(RandomValues(333, 1), RandomValues(5000, 2), RandomValues(777, 3));
  PruneOptions options;
  options.criterion = PruneCriterion::kGlobalDensity;
  options.global_density = 0.1;
  const auto masks = ChooseMasks(graph, options);
  ASSERT_TRUE(masks.ok());
  EXPECT_EQ(Kept(*masks, "conv.w") + Kept(*masks, "fc1.w") + Kept(*masks, "fc2.w"), 611);
}

TEST(ChooseMasksAt, MasksOnlyShrinkAlongASchedule) {
  Graph graph = Network(RandomValues(10, 1), RandomValues(1000, 2), RandomValues(100, 3));
  const PruneOptions options = ByDensity("fc=0.1");
  std::map<std::string, RunningWeight> current;
  const auto start = graph.initializers.at("fc1.w").f32();
  std::vector<float>& values = current["fc1.w"].values;
  values.assign(start.begin(), start.end());
  std::vector<uint8_t> last(1000, 1);
  for (int round = 1; round <= 10; ++round) {
    const auto masks = ChooseMasksAt(graph, current, options, round / 10.0);
    ASSERT_TRUE(masks.ok());
    const std::vector<uint8_t>& mask = masks->at("fc1.w");
    EXPECT_EQ(Kept(*masks, "fc1.w"), 1000 - 90 * round);
    for (size_t i = 0; i < mask.size(); ++i) {
      EXPECT_LE(mask[i], last[i]);
      // "Training": survivors move, pruned weights are zero.
      values[i] = mask[i] ? values[i] * (i % 3 ? 1.5f : 0.1f) : 0.0f;
    }
    last = mask;
  }
}

TEST(ChooseMasksAt, ExtentZeroPrunesNothing) {
  const Graph graph = Network({1, 2}, {1, 2, 3}, {1});
  for (const auto criterion :
       {PruneCriterion::kThreshold, PruneCriterion::kDensity, PruneCriterion::kGlobalDensity}) {
    PruneOptions options = ByDensity("fc=0.3");
    options.criterion = criterion;
    options.global_density = 0.3;
    const auto masks = ChooseMasksAt(graph, {}, options, 0);
    ASSERT_TRUE(masks.ok());
    EXPECT_EQ(Kept(*masks, "fc1.w"), 3);
  }
}

TEST(ChooseMasks, RefusesWhatMakesNoSense) {
  const Graph graph = Network({1, 2}, {1, 2, 3}, {1});
  for (const char* amounts : {"fc=0", "fc=1.5", "fc=-1", "fc=nan", "fc=x", "fc7.w=0.5"}) {
    const auto masks = ChooseMasks(graph, ByDensity(amounts));
    ASSERT_FALSE(masks.ok()) << amounts;
    EXPECT_EQ(masks.status().code(), StatusCode::kUsage) << amounts;
  }
  EXPECT_THAT(ChooseMasks(graph, ByDensity("fc=2")).status().ToString(), HasSubstr("fc1.w"));
  PruneOptions options = ByDensity("fc=-0.5");
  options.criterion = PruneCriterion::kThreshold;
  EXPECT_EQ(ChooseMasks(graph, options).status().code(), StatusCode::kUsage);
  options = PruneOptions();
  options.criterion = PruneCriterion::kGlobalDensity;
  options.global_density = 0;
  EXPECT_EQ(ChooseMasks(graph, options).status().code(), StatusCode::kUsage);
  options = ByDensity("0.5");
  options.steps = 0;
  EXPECT_EQ(ChooseMasks(graph, options).status().code(), StatusCode::kUsage);
  options = ByDensity("0.5");
  options.ramp = 0;
  EXPECT_EQ(ChooseMasks(graph, options).status().code(), StatusCode::kUsage);
  options = ByDensity("0.5");
  options.mask_updates = 0;
  EXPECT_EQ(ChooseMasks(graph, options).status().code(), StatusCode::kUsage);
  for (const double extent : {-0.1, 1.1, std::nan("")}) {
    EXPECT_EQ(ChooseMasksAt(graph, {}, ByDensity("0.5"), extent).status().code(),
              StatusCode::kUsage);
  }
}

TEST(ChooseMasks, RefusesNanAndQuantizedWeights) {
  Graph graph = Network({1, 2}, {1, std::nanf(""), 3}, {1, 2});
  const auto masks = ChooseMasks(graph, ByDensity("fc=0.5"));
  ASSERT_FALSE(masks.ok());
  EXPECT_EQ(masks.status().code(), StatusCode::kBadInput);
  EXPECT_THAT(masks.status().ToString(), HasSubstr("fc1.w, element 1"));

  graph = Network({1, 2}, {1, 2, 3}, {1, 2});
  const QuantizedWeight quantized{{3, 1}, {1, 2, 3}, {0, 1, 2}, "kmeans", 2};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "fc1.w", quantized).ok());
  EXPECT_EQ(ChooseMasks(graph, ByDensity("fc=0.5")).status().code(), StatusCode::kUnsupported);
  EXPECT_TRUE(ChooseMasks(graph, ByDensity("fc2.w=0.5")).ok());
}

TEST(Masks, ApplyAndReadBack) {
  Graph graph = Network({1, 2, 3}, {1, 2, 3}, {1, -0.0f});
  ASSERT_TRUE(ApplyMasks({{"conv.w", {1, 0, 1}}}, &graph).ok());
  const auto conv = graph.initializers.at("conv.w").f32();
  EXPECT_EQ(std::vector<float>(conv.begin(), conv.end()), (std::vector<float>{1, 0, 3}));
  const Masks masks = MasksOf(graph);
  EXPECT_EQ(masks.size(), 2u);
  EXPECT_EQ(masks.at("conv.w"), (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(masks.at("fc2.w"), (std::vector<uint8_t>{1, 0}));
  // A mask that does not fit changes nothing.
  EXPECT_EQ(ApplyMasks({{"conv.w", {0, 0, 0}}, {"fc1.w", {1}}}, &graph).code(),
            StatusCode::kBadInput);
  EXPECT_EQ(ApplyMasks({{"fc9.w", {1}}}, &graph).code(), StatusCode::kBadInput);
  EXPECT_EQ(graph.initializers.at("conv.w").f32()[0], 1.0f);
}

TEST(Densities, CountFloatAndQuantizedSurvivors) {
  Graph graph = Network({1, 0, 3, 0}, {1, 2, 3}, {1, 2});
  const QuantizedWeight quantized{{3, 1}, {0, 7, 0}, {1, 2, 1}, "kmeans", 2};
  ASSERT_TRUE(SetQuantizedWeight(&graph, "fc1.w", quantized).ok());
  const std::vector<LayerDensity> densities = Densities(graph);
  ASSERT_EQ(densities.size(), 3u);
  EXPECT_EQ(densities[0].name, "conv.w");
  EXPECT_EQ(densities[0].survivors, 2);
  EXPECT_EQ(densities[0].density(), 0.5);
  EXPECT_EQ(densities[1].name, "fc1.w");
  EXPECT_EQ(densities[1].weights, 3);
  EXPECT_EQ(densities[1].survivors, 2);  // a centroid of 0 prunes
  EXPECT_EQ(densities[2].survivors, 2);
}

TEST(DropoutScales, AreTheRootOfTheDensityBehind) {
  Graph graph = Network({1, 1, 1, 1}, {1, 2, 3, 4}, {1, 2, 3, 4});
  graph.nodes = {
      {"", "Conv", "", {"x", "conv.w"}, {"c"}, {}}, {"", "Dropout", "", {"c"}, {"d1"}, {}},
      {"", "Relu", "", {"d1"}, {"r"}, {}},          {"", "Flatten", "", {"r"}, {"f"}, {}},
      {"", "Gemm", "", {"f", "fc1.w"}, {"h"}, {}},  {"", "Dropout", "", {"h"}, {"d2", "m2"}, {}},
      {"", "Gemm", "", {"d2", "fc2.w"}, {"g"}, {}}, {"", "Dropout", "", {"g"}, {"y"}, {}}};
  const auto scales = DropoutScales(graph, {{"fc1.w", {1, 0, 0, 0}}});
  ASSERT_EQ(scales.size(), 2u);  // nothing is behind the last one
  EXPECT_DOUBLE_EQ(scales.at("d1"), 0.5);
  EXPECT_DOUBLE_EQ(scales.at("d2"), 1.0);
}

}  // namespace
}  // namespace dc
