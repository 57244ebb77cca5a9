// Gradients of products, convolutions, pools and normalizations in their rarer forms, against
// central differences.
#include <gtest/gtest.h>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttributeValue>;

constexpr double kLinear = 0.02;
constexpr double kSmooth = 0.01;
constexpr double kTolerance = 4e-3;

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
void CheckUnary(const Ints& sample, const std::string& op, Attributes attributes, double step,
                double h) {
  GraphBuilder b(sample);
  AddShift(b, sample).Add(op, "tested", {}, std::move(attributes)).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(2 * ElementCount(sample), step), h, kTolerance);
}

TEST(PoolGradientOnOtherAxes, MatchesCentralDifferences) {
  for (const char* op : {"MaxPool", "AveragePool", "LpPool"}) {
    SCOPED_TRACE(op);
    CheckUnary({2, 9}, op, {{"kernel_shape", Ints{3}}, {"strides", Ints{2}}}, 0.05, kSmooth);
    CheckUnary({2, 4, 5, 4}, op,
               {{"kernel_shape", Ints{2, 3, 2}},
                {"strides", Ints{2, 1, 2}},
                {"pads", Ints{1, 1, 0, 0, 1, 1}}},
               0.03, 5e-3);
  }
  CheckUnary({2, 7, 8}, "AveragePool",
             {{"kernel_shape", Ints{2, 2}},
              {"dilations", Ints{2, 3}},
              {"pads", Ints{1, 2, 1, 1}},
              {"count_include_pad", int64_t{1}}},
             0.05, kLinear);
  CheckUnary({2, 5, 4}, "LpPool", {{"kernel_shape", Ints{2, 2}}, {"p", int64_t{3}}}, 0.05, kSmooth);
  CheckUnary({3, 3, 4}, "GlobalLpPool", {{"p", int64_t{1}}}, 0.05, kSmooth);
  CheckUnary({3, 3, 2, 4}, "GlobalAveragePool", {}, 0.05, kLinear);
  CheckUnary({3, 11}, "GlobalMaxPool", {}, 0.05, kSmooth);
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

TEST(NormalizationGradient, OfNeighbouringChannelsOfLinesAndVolumes) {
  for (const Ints& sample : {Ints{7, 4}, Ints{7, 2, 2, 2}}) {
    CheckUnary(sample, "LRN",
               {{"size", int64_t{5}}, {"alpha", 0.5f}, {"beta", 0.75f}, {"bias", 2.0f}}, 0.02,
               kSmooth);
  }
}

}  // namespace
}  // namespace dc::train
