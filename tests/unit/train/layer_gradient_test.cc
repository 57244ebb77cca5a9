// Gradients of products, convolutions, pools and normalizations in their rarer forms, against
// central differences.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttributeValue>;

// x times the transpose of a part of itself: both operands are computed.
TEST(ProductGradient, OfTwoValues) {
  GraphBuilder b({3, 5});
  AddShift(b, {3, 5});
  b.AddOn("MatMul", "keys", {"shifted", b.Random("k", {5, 4})})
      .Add("Transpose", "turned", {}, {{"perm", Ints{0, 2, 1}}});
  b.AddOn("MatMul", "queries", {"shifted", b.Random("q", {5, 4})});
  b.AddOn("MatMul", "scores", {"queries", "turned"}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(30, 0.1), 5e-3, kTolerance);
}

// [N, 1, 3, 5] times [N, 2, 5, 4]: the left matrix meets two.
TEST(ProductGradient, OfValuesThatBroadcast) {
  GraphBuilder b({40});
  AddShift(b, {40}).Add("Reshape", "right", {b.Integers("s", {-1, 2, 5, 4})});
  b.AddOn("Gemm", "few", {"shifted", b.Random("w", {40, 15})})
      .Add("Reshape", "left", {b.Integers("t", {-1, 1, 3, 5})});
  b.AddOn("MatMul", "product", {"left", "right"}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(80, 0.02), 5e-3, kTolerance);
}

TEST(ProductGradient, OfSeveralWeightMatrices) {
  GraphBuilder b({2, 3, 5});
  AddShift(b, {2, 3, 5}).Add("MatMul", "product", {b.Random("w", {2, 5, 4})}).Add("Flatten", "f");
  CheckGradients(b.Build(), 2, GridValues(60, 0.1), kLinear, kTolerance);
}

TEST(ProductGradient, OfAWeightOnTheLeft) {
  for (const Ints& shape : {Ints{4, 3}, Ints{2, 4, 3}}) {
    GraphBuilder b({2, 3, 5});
    AddShift(b, {2, 3, 5});
    b.AddOn("MatMul", "product", {b.Random("w", shape), "shifted"}).Add("Flatten", "f");
    CheckGradients(b.Build(), 2, GridValues(60, 0.1), kLinear, kTolerance);
  }
}

TEST(ProductGradient, OfVectors) {
  GraphBuilder b({4, 5});
  AddShift(b, {4, 5});
  b.Add("MatMul", "by_columns", {b.Random("v", {5})});
  CheckGradients(b.Build(), 2, GridValues(40, 0.1), kLinear, kTolerance);
  GraphBuilder c({4, 5});
  AddShift(c, {4, 5});
  c.AddOn("MatMul", "by_rows", {c.Random("v", {4}), "shifted"});
  CheckGradients(c.Build(), 2, GridValues(40, 0.1), kLinear, kTolerance);
}

TEST(ProductGradient, OfGemmWithBiasesOfEveryShape) {
  for (const Ints& shape : {Ints{}, Ints{1}, Ints{1, 4}, Ints{1, 1}}) {
    GraphBuilder b({6});
    AddShift(b, {6}).Add("Gemm", "fc", {b.Random("w", {6, 4}), b.Random("b", shape)},
                         {{"alpha", 0.5f}, {"beta", 2.0f}});
    CheckGradients(b.Build(), 3, GridValues(18, 0.1), kLinear, kTolerance);
  }
}

TEST(ProductGradient, OfGemmWithComputedBias) {
  GraphBuilder b({6});
  AddShift(b, {6}).AddOn("Sigmoid", "bent", {"shifted"});
  b.AddOn("Gemm", "fc", {"shifted", b.Random("w", {6, 6}), "bent"},
          {{"transB", int64_t{1}}, {"beta", 0.5f}});
  CheckGradients(b.Build(), 3, GridValues(18, 0.1), kSmooth, kTolerance);
}

// One matrix that is read as it is and turned.
TEST(ProductGradient, OfATiedWeight) {
  GraphBuilder b({3, 5});
  const std::string w = b.Random("w", {5, 4});
  AddShift(b, {3, 5}).Add("MatMul", "encoded", {w});
  b.AddOn("Transpose", "turned", {w}, {{"perm", Ints{1, 0}}});
  b.AddOn("MatMul", "decoded", {"encoded", "turned"}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(30, 0.1), 5e-3, kTolerance);
}

struct WindowCase {
  const char* name;
  const char* op;
  Ints sample, weight;
  Attributes attributes;
};

class WindowGradient : public ::testing::TestWithParam<WindowCase> {};

TEST_P(WindowGradient, MatchesCentralDifferences) {
  const WindowCase& c = GetParam();
  GraphBuilder b(c.sample);
  AddShift(b, c.sample);
  const auto group = c.attributes.find("group");
  const int64_t groups = group == c.attributes.end() ? 1 : std::get<int64_t>(group->second);
  const int64_t outputs = c.op == std::string("Conv") ? c.weight[0] : c.weight[1] * groups;
  b.Add(c.op, "layer", {b.Random("w", c.weight), b.Random("bias", {outputs})}, c.attributes)
      .Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(2 * ElementCount(c.sample), 0.01), kLinear, kTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, WindowGradient,
    ::testing::Values(
        WindowCase{"line", "Conv", {3, 9}, {4, 3, 3}, {{"strides", Ints{2}}}},
        WindowCase{"winograd", "Conv", {16, 8, 4}, {32, 16, 3, 3}, {{"pads", Ints{1, 1, 1, 1}}}},
        WindowCase{
            "winograd_one_side", "Conv", {16, 6, 9}, {16, 16, 3, 3}, {{"pads", Ints{2, 0, 0, 1}}}},
        WindowCase{"volume",
                   "Conv",
                   {2, 4, 5, 4},
                   {3, 2, 2, 3, 2},
                   {{"pads", Ints{1, 0, 1, 0, 1, 1}}, {"strides", Ints{1, 2, 1}}}},
        WindowCase{
            "grouped_volume", "Conv", {4, 3, 3, 3}, {4, 2, 2, 2, 2}, {{"group", int64_t{2}}}},
        WindowCase{"transposed", "ConvTranspose", {3, 4, 3}, {3, 2, 3, 2}, {}},
        WindowCase{
            "transposed_stride",
            "ConvTranspose",
            {3, 4, 3},
            {3, 2, 3, 3},
            {{"strides", Ints{2, 3}}, {"pads", Ints{1, 0, 0, 2}}, {"output_padding", Ints{1, 2}}}},
        WindowCase{"transposed_groups",
                   "ConvTranspose",
                   {4, 4, 3},
                   {4, 3, 2, 2},
                   {{"group", int64_t{2}}, {"dilations", Ints{2, 1}}}},
        WindowCase{"transposed_line", "ConvTranspose", {3, 5}, {3, 2, 4}, {{"strides", Ints{2}}}},
        WindowCase{"transposed_volume",
                   "ConvTranspose",
                   {2, 2, 3, 2},
                   {2, 2, 2, 2, 2},
                   {{"strides", Ints{2, 1, 2}}}},
        WindowCase{"transposed_same",
                   "ConvTranspose",
                   {2, 4, 3},
                   {2, 2, 3, 3},
                   {{"strides", Ints{2, 2}}, {"auto_pad", std::string("SAME_UPPER")}}}),
    [](const auto& test) { return std::string(test.param.name); });

// shift -> node -> Flatten on 2 samples of grid values.
TEST(PoolGradientOnOtherAxes, MatchesCentralDifferences) {
  for (const char* op : {"MaxPool", "AveragePool", "LpPool"}) {
    SCOPED_TRACE(op);
    CheckOneInput({2, 9}, op, {{"kernel_shape", Ints{3}}, {"strides", Ints{2}}}, 0.05, kSmooth);
    CheckOneInput({2, 4, 5, 4}, op,
                  {{"kernel_shape", Ints{2, 3, 2}},
                   {"strides", Ints{2, 1, 2}},
                   {"pads", Ints{1, 1, 0, 0, 1, 1}}},
                  0.03, 5e-3);
  }
  CheckOneInput({2, 7, 8}, "AveragePool",
                {{"kernel_shape", Ints{2, 2}},
                 {"dilations", Ints{2, 3}},
                 {"pads", Ints{1, 2, 1, 1}},
                 {"count_include_pad", int64_t{1}}},
                0.05, kLinear);
  CheckOneInput({2, 5, 4}, "LpPool", {{"kernel_shape", Ints{2, 2}}, {"p", int64_t{3}}}, 0.05,
                kSmooth);
  CheckOneInput({3, 3, 4}, "GlobalLpPool", {{"p", int64_t{1}}}, 0.05, kSmooth);
  CheckOneInput({3, 3, 2, 4}, "GlobalAveragePool", {}, 0.05, kLinear);
  CheckOneInput({3, 11}, "GlobalMaxPool", {}, 0.05, kSmooth);
}

// Random scale and bias behind the value.
void CheckNormalization(const Ints& sample, const std::string& op, const Ints& parameters,
                        Attributes attributes) {
  GraphBuilder b(sample);
  AddShift(b, sample)
      .Add(op, "norm", {b.Random("scale", parameters, 0.3, 1.0), b.Random("offset", parameters)},
           std::move(attributes))
      .Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(2 * ElementCount(sample), 0.05), kSmooth, 1e-2);
}

TEST(NormalizationGradient, OfLayers) {
  CheckNormalization({3, 6}, "LayerNormalization", {6}, {});
  CheckNormalization({3, 4}, "LayerNormalization", {3, 4}, {{"axis", int64_t{1}}});
  CheckNormalization({2, 3, 4}, "LayerNormalization", {1, 4},
                     {{"axis", int64_t{-2}}, {"epsilon", 0.01f}});
  GraphBuilder b({7});
  AddShift(b, {7}).Add("LayerNormalization", "norm", {b.Random("scale", {7}, 0.3, 1.0)});
  CheckGradients(b.Build(), 3, GridValues(21, 0.1), kSmooth, 1e-2);
}

TEST(NormalizationGradient, OfInstancesAndGroups) {
  CheckNormalization({3, 4, 3}, "InstanceNormalization", {3}, {});
  CheckNormalization({2, 9}, "InstanceNormalization", {2}, {{"epsilon", 0.1f}});
  CheckNormalization({6, 2, 3}, "GroupNormalization", {6}, {{"num_groups", int64_t{3}}});
  CheckNormalization({6, 2, 3}, "GroupNormalization", {2}, {{"num_groups", int64_t{2}}});
}

TEST(NormalizationGradient, OfBatchesOfLinesAndVolumes) {
  for (const Ints& sample : {Ints{3, 5}, Ints{2, 2, 3, 2}}) {
    GraphBuilder b(sample);
    const int64_t c = sample[0];
    AddShift(b, sample)
        .Add("Sigmoid", "bent")
        .Add("BatchNormalization", "bn",
             {b.Random("scale", {c}, 0.3, 1.0), b.Random("offset", {c}), b.Random("mean", {c}),
              b.Random("variance", {c}, 0.1, 1.0)})
        .Add("Flatten", "flat");
    CheckGradients(b.Build(), 6, GridValues(6 * ElementCount(sample), 0.05), 0.02, 1e-2);
  }
}

// With frozen statistics the normalization is a line, as it is in evaluation.
TEST(NormalizationGradient, OfABatchWithFrozenStatistics) {
  GraphBuilder b({3, 2, 2});
  AddShift(b, {3, 2, 2})
      .Add("Sigmoid", "bent")
      .Add("BatchNormalization", "bn",
           {b.Random("scale", {3}, 0.3, 1.0), b.Random("offset", {3}),
            b.Fixed("mean", {3}, {0.4f, 0.1f, -0.2f}), b.Fixed("variance", {3}, {0.5f, 2, 1})})
      .Add("Flatten", "flat");
  const Graph graph = b.Build();
  const std::vector<float> input = GridValues(6 * 12, 0.05);
  CheckGradients(graph, 6, input, 0.02, 1e-2);
  Harness training(graph, 6, true), evaluation(graph, 6, false);
  const std::vector<float> in_training = training.Forward(input);
  EXPECT_THAT(evaluation.Forward(input),
              testing::Pointwise(testing::FloatNear(1e-5f), in_training));
}

TEST(ShiftNorm, IsThatOfTheAlgorithm) {
  GraphBuilder b({2});
  AddShift(b, {2}).Add("BatchNormalization", "bn",
                       {b.Values("scale", {2}, {1.5f, 0.7f}), b.Values("offset", {2}, {0.5f, -1}),
                        b.Values("mean", {2}, {0, 0}), b.Values("variance", {2}, {1, 1})},
                       {{"epsilon", 0.0f}, {"shift_based", int64_t{1}}});
  Harness harness(b.Build(), 2, /*training=*/true);
  // The first channel: 0 and 6, mean 3, c = -3 and 3, AP2(c) = -4 and 4, variance 12; AP2(1 /
  // sqrt(12)) = 1/4, AP2(1.5) = 2. The second: 1 and 3, c = -1 and 1, variance 1, AP2(0.7) = 0.5.
  EXPECT_THAT(harness.Forward({0, 1, 6, 3}), testing::ElementsAre(-1, -1.5f, 2, -0.5f));
}

// The gradient is that of y with the ratios of AP2 as they are here.
TEST(ShiftNorm, GradientHoldsTheRatios) {
  constexpr size_t kValues = 5;
  const std::vector<float> x = {0.3f, -1.2f, 2.0f, 0.7f, -0.4f}, r = {1, -2, 0.5f, 3, -1};
  GraphBuilder b({1, 5});  // one channel of five values
  AddShift(b, {1, 5})
      .Add("BatchNormalization", "bn",
           {b.Values("scale", {1}, {1.3f}), b.Values("offset", {1}, {0.2f}),
            b.Values("mean", {1}, {0}), b.Values("variance", {1}, {1})},
           {{"epsilon", 1e-3f}, {"shift_based", int64_t{1}}})
      .Add("Flatten", "flat");
  Harness harness(b.Build(), 1, /*training=*/true);
  harness.Forward(x);
  std::copy(r.begin(), r.end(), harness.executor().logits_gradient().begin());
  ASSERT_TRUE(harness.executor().Backward().ok());

  const auto power = [](double v) {
    return std::copysign(std::exp2(std::nearbyint(std::log2(std::abs(v)))), v);
  };
  const auto mean_of = [](const std::vector<double>& v) {
    return std::accumulate(v.begin(), v.end(), 0.0) / static_cast<double>(v.size());
  };
  std::vector<double> at(x.begin(), x.end()), ratios;
  const double mean = mean_of(at);
  double variance = 0;
  for (const double v : at) {
    ratios.push_back(power(v - mean) / (v - mean));
    variance += (v - mean) * power(v - mean) / kValues;
  }
  const double deviation = std::sqrt(variance + 1e-3), ratio = power(1 / deviation) * deviation;
  const auto loss = [&](const std::vector<double>& v, double scale) {
    const double m = mean_of(v);
    double squares = 0, sum = 0;
    for (size_t i = 0; i < kValues; ++i) squares += ratios[i] * (v[i] - m) * (v[i] - m) / kValues;
    for (size_t i = 0; i < kValues; ++i) {
      sum += r[i] * (v[i] - m) * ratio / std::sqrt(squares + 1e-3) * scale * (1.0 / 1.3);
    }
    return sum;
  };
  // AP2(1.3) = 1.
  const double h = 1e-5;
  EXPECT_NEAR(harness.Gradient("scale")[0], (loss(at, 1.3 + h) - loss(at, 1.3 - h)) / (2 * h),
              1e-4);
  EXPECT_NEAR(harness.Gradient("offset")[0], 1.5, 1e-5);
  const std::vector<float> shift = harness.Gradient("shift");
  for (size_t i = 0; i < kValues; ++i) {
    std::vector<double> up = at, down = at;
    up[i] += h;
    down[i] -= h;
    EXPECT_NEAR(shift[i], (loss(up, 1.3) - loss(down, 1.3)) / (2 * h), 1e-4) << i;
  }
}

TEST(NormalizationGradient, OfNeighbouringChannelsOfLinesAndVolumes) {
  for (const Ints& sample : {Ints{7, 4}, Ints{7, 2, 2, 2}}) {
    CheckOneInput(sample, "LRN",
                  {{"size", int64_t{5}}, {"alpha", 0.5f}, {"beta", 0.75f}, {"bias", 2.0f}}, 0.02,
                  kSmooth);
  }
}

}  // namespace
}  // namespace dc::train
