// Every operator's gradient against central differences.
#include <gtest/gtest.h>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttributeValue>;

struct ConvCase {
  const char* name;
  int64_t batch, channels, height, width, outputs, kernel_h, kernel_w, groups;
  Attributes attributes;
};

class ConvGradient : public ::testing::TestWithParam<ConvCase> {};

TEST_P(ConvGradient, MatchesCentralDifferences) {
  const ConvCase& c = GetParam();
  const Ints sample = {c.channels, c.height, c.width};
  GraphBuilder b(sample);
  AddShift(b, sample);
  const std::string w = b.Random("w", {c.outputs, c.channels / c.groups, c.kernel_h, c.kernel_w});
  const std::string bias = b.Random("bias", {c.outputs});
  Attributes attributes = c.attributes;
  attributes["group"] = c.groups;
  b.Add("Conv", "conv", {w, bias}, attributes).Add("Flatten", "flat");
  CheckGradients(b.Build(), c.batch, GridValues(c.batch * ElementCount(sample), 0.01), kLinear,
                 kTolerance);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvGradient,
    ::testing::Values(
        ConvCase{"plain", 2, 3, 6, 7, 4, 3, 3, 1, {}},
        ConvCase{"stride", 2, 3, 7, 8, 4, 3, 2, 1, {{"strides", Ints{2, 3}}}},
        ConvCase{"pads", 2, 2, 5, 5, 3, 3, 3, 1, {{"pads", Ints{1, 0, 2, 1}}}},
        ConvCase{"dilation", 2, 2, 8, 9, 3, 3, 3, 1, {{"dilations", Ints{2, 3}}}},
        ConvCase{"groups", 2, 6, 5, 5, 4, 3, 3, 2, {{"pads", Ints{1, 1, 1, 1}}}},
        ConvCase{"depthwise", 3, 5, 5, 5, 5, 3, 3, 5, {{"strides", Ints{2, 2}}}},
        ConvCase{"same_upper",
                 2,
                 2,
                 6,
                 5,
                 3,
                 4,
                 2,
                 1,
                 {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 1}}}},
        ConvCase{"same_lower", 2, 2, 6, 5, 3, 4, 2, 1, {{"auto_pad", std::string("SAME_LOWER")}}},
        ConvCase{"pointwise", 2, 5, 4, 4, 7, 1, 1, 1, {}},
        ConvCase{"lanes", 16, 2, 6, 7, 5, 3, 3, 1, {}},
        ConvCase{"lanes_five", 16, 1, 8, 9, 3, 5, 5, 1, {}},
        ConvCase{"lanes_pads", 16, 3, 5, 4, 2, 3, 3, 1, {{"pads", Ints{1, 0, 2, 1}}}},
        ConvCase{"lanes_two_groups_of_images", 32, 2, 4, 4, 3, 2, 3, 1, {}},
        ConvCase{"lanes_wide_kernel", 16, 1, 3, 11, 2, 1, 9, 1, {}},
        ConvCase{"many_channels", 2, 32, 9, 8, 32, 3, 3, 1, {{"pads", Ints{1, 1, 1, 1}}}},
        ConvCase{
            "batch_of_sixteen_with_stride", 16, 2, 6, 6, 3, 3, 3, 1, {{"strides", Ints{2, 2}}}}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ConvGradient, WithoutBias) {
  GraphBuilder b({2, 5, 5});
  AddShift(b, {2, 5, 5}).Add("Conv", "conv", {b.Random("w", {3, 2, 3, 3})}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(100, 0.02), kLinear, kTolerance);
}

// Two layers in different layouts and a pool between them.
TEST(ConvGradient, ThroughTwoLayersAndAPool) {
  for (int64_t batch : {2, 16}) {
    GraphBuilder b({1, 10, 10});
    AddShift(b, {1, 10, 10})
        .Conv("c1", 1, 3, 3)
        .Add("AveragePool", "pool", {}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}})
        .Conv("c2", 3, 4, 3)
        .Add("Flatten", "flat")
        .Dense("fc", 16, 5);
    CheckGradients(b.Build(), batch, GridValues(batch * 100, 0.005), kLinear, kTolerance);
  }
}

TEST(GemmGradient, TransposedWithFactors) {
  GraphBuilder b({6});
  AddShift(b, {6}).Add("Gemm", "fc", {b.Random("w", {4, 6}), b.Random("bias", {4})},
                       {{"transB", int64_t{1}}, {"alpha", 0.5f}, {"beta", 2.0f}});
  CheckGradients(b.Build(), 3, GridValues(18, 0.1), kLinear, kTolerance);
}

TEST(GemmGradient, PlainWithoutBias) {
  GraphBuilder b({6});
  AddShift(b, {6}).Add("Gemm", "fc", {b.Random("w", {6, 4})});
  CheckGradients(b.Build(), 3, GridValues(18, 0.1), kLinear, kTolerance);
}

TEST(MatMulGradient, WithAddedBias) {
  GraphBuilder b({6});
  AddShift(b, {6})
      .Add("MatMul", "product", {b.Random("w", {6, 4})})
      .Add("Add", "fc", {b.Random("bias", {4})});
  CheckGradients(b.Build(), 3, GridValues(18, 0.1), kLinear, kTolerance);
}

TEST(MatMulGradient, OfRankThree) {
  GraphBuilder b({5, 6});
  AddShift(b, {5, 6}).Add("MatMul", "product", {b.Random("w", {6, 4})}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(60, 0.1), kLinear, kTolerance);
}

struct PoolCase {
  const char* name;
  const char* op;
  Attributes attributes;
};

class PoolGradient : public ::testing::TestWithParam<PoolCase> {};

TEST_P(PoolGradient, MatchesCentralDifferences) {
  const PoolCase& c = GetParam();
  CheckOneInput({3, 7, 8}, c.op, c.attributes, 0.05, kLinear);
}

// The same after a convolution, whose output has a blocked layout. The convolutions' weights are
// in Constant nodes, which are not trained, and keep the values on a grid.
TEST_P(PoolGradient, InBlockedLayouts) {
  const PoolCase& c = GetParam();
  for (int64_t batch : {1, 16}) {
    GraphBuilder b({2, 7, 8});
    const std::string spread = b.Fixed("w", {3, 2, 1, 1}, {1, 0, 0, 1, 2, 0});
    const std::string same = b.Fixed("v", {3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
    b.Add("Conv", "conv", {spread})
        .Add("Add", "shifted", {b.Values("shift", {3, 7, 8}, std::vector<float>(168, 0.0f))})
        .Add("Conv", "again", {same})
        .Add(c.op, "tested", {}, c.attributes)
        .Add("Flatten", "flat");
    CheckGradients(b.Build(), batch, GridValues(batch * 112, 0.02), 0.008, 1e-2);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, PoolGradient,
    ::testing::Values(
        PoolCase{"max", "MaxPool", {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}}},
        PoolCase{
            "max_overlapping",
            "MaxPool",
            {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 1}}, {"pads", Ints{1, 1, 1, 0}}}},
        PoolCase{
            "max_ceil",
            "MaxPool",
            {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"ceil_mode", int64_t{1}}}},
        PoolCase{
            "max_dilated", "MaxPool", {{"kernel_shape", Ints{2, 2}}, {"dilations", Ints{2, 3}}}},
        PoolCase{"average", "AveragePool", {{"kernel_shape", Ints{2, 3}}, {"strides", Ints{2, 2}}}},
        PoolCase{"average_with_padding",
                 "AveragePool",
                 {{"kernel_shape", Ints{3, 3}},
                  {"pads", Ints{1, 1, 1, 1}},
                  {"strides", Ints{2, 2}},
                  {"count_include_pad", int64_t{1}}}},
        PoolCase{
            "average_without_padding",
            "AveragePool",
            {{"kernel_shape", Ints{3, 3}}, {"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{2, 2}}}},
        PoolCase{"average_same",
                 "AveragePool",
                 {{"kernel_shape", Ints{3, 3}}, {"auto_pad", std::string("SAME_UPPER")}}},
        PoolCase{"global_average", "GlobalAveragePool", {}},
        PoolCase{"global_max", "GlobalMaxPool", {}}),
    [](const auto& test) { return std::string(test.param.name); });

struct EltwiseCase {
  const char* op;
  Attributes attributes;
  double step;
};

class EltwiseGradient : public ::testing::TestWithParam<EltwiseCase> {};

TEST_P(EltwiseGradient, MatchesCentralDifferences) {
  const EltwiseCase& c = GetParam();
  CheckOneInput({3, 4, 5}, c.op, c.attributes, c.step, kSmooth);
  CheckOneInput({9}, c.op, c.attributes, c.step * 4, kSmooth);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, EltwiseGradient,
    ::testing::Values(EltwiseCase{"Relu", {}, 0.05}, EltwiseCase{"LeakyRelu", {}, 0.05},
                      EltwiseCase{"Elu", {{"alpha", 0.7f}}, 0.03}, EltwiseCase{"Sigmoid", {}, 0.03},
                      EltwiseCase{"Tanh", {}, 0.02},
                      EltwiseCase{"Clip", {{"min", -0.52f}, {"max", 1.0f}}, 0.04}),
    [](const auto& test) { return std::string(test.param.op); });

TEST(BatchNormGradient, OfImagesAndVectors) {
  for (const Ints& sample : {Ints{3, 4, 4}, Ints{7}}) {
    GraphBuilder b(sample);
    const int64_t c = sample[0];
    // The sigmoid: batch norm takes out what is added to all samples alike.
    AddShift(b, sample)
        .Add("Sigmoid", "bent")
        .Add("BatchNormalization", "bn",
             {b.Random("scale", {c}, 0.3, 1.0), b.Random("offset", {c}), b.Random("mean", {c}),
              b.Random("variance", {c}, 0.1, 1.0)})
        .Add("Flatten", "flat");
    CheckGradients(b.Build(), 6, GridValues(6 * ElementCount(sample), 0.05), 0.02, 1e-2);
  }
}

TEST(BatchNormGradient, BehindAConvolution) {
  for (int64_t batch : {3, 16}) {
    GraphBuilder b({2, 5, 5});
    AddShift(b, {2, 5, 5})
        .Conv("conv", 2, 5, 3)
        .Add("BatchNormalization", "bn",
             {b.Random("scale", {5}, 0.3, 1.0), b.Random("offset", {5}), b.Random("mean", {5}),
              b.Random("variance", {5}, 0.1, 1.0)})
        .Add("Flatten", "flat")
        .Dense("fc", 45, 4);
    // The bias in front of a batch norm has no effect on the loss.
    Graph graph = b.Build();
    for (Node& node : graph.nodes) {
      if (node.op == "Conv") node.inputs.resize(2);
    }
    CheckGradients(graph, batch, GridValues(batch * 50, 0.02), 0.01, 2e-2);
  }
}

TEST(SoftmaxGradient, InsideTheNetwork) {
  GraphBuilder b({6});
  AddShift(b, {6}).Add("Softmax", "soft").Dense("fc", 6, 4);
  CheckGradients(b.Build(), 2, GridValues(12, 0.2), kSmooth, kTolerance);
}

TEST(LrnGradient, AcrossChannels) {
  CheckOneInput({7, 3, 3}, "LRN",
                {{"size", int64_t{5}}, {"alpha", 0.5f}, {"beta", 0.75f}, {"bias", 2.0f}}, 0.02,
                kSmooth);
}

TEST(AddGradient, OfTwoBranches) {
  GraphBuilder b({3, 5, 5});
  AddShift(b, {3, 5, 5}).Conv("left", 3, 4, 3, {{"pads", Ints{1, 1, 1, 1}}});
  b.AddOn("Conv", "right", {"shifted", b.Random("v", {4, 3, 1, 1})});
  b.AddOn("Add", "sum", {"left", "right"}).Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(150, 0.02), kLinear, kTolerance);
}

TEST(AddGradient, OfAValueWithItselfAndAResidual) {
  GraphBuilder b({6});
  AddShift(b, {6}).AddOn("Add", "doubled", {"shifted", "shifted"});
  b.Dense("fc", 6, 6).AddOn("Add", "residual", {"shifted", "fc"});
  CheckGradients(b.Build(), 2, GridValues(12, 0.1), kLinear, kTolerance);
}

TEST(AddGradient, OfBroadcastParameters) {
  for (const Ints& shape : {Ints{3, 1, 1}, Ints{1, 3, 1, 1}, Ints{5}, Ints{}, Ints{4, 1}}) {
    GraphBuilder b({3, 4, 5});
    AddShift(b, {3, 4, 5}).Add("Add", "sum", {b.Random("p", shape)}).Add("Flatten", "flat");
    CheckGradients(b.Build(), 2, GridValues(120, 0.05), kLinear, kTolerance);
  }
}

TEST(MulGradient, OfTwoBranchesAndParameters) {
  GraphBuilder b({6});
  AddShift(b, {6}).AddOn("Sigmoid", "gate", {"shifted"});
  b.AddOn("Mul", "gated", {"shifted", "gate"}).AddOn("Mul", "square", {"gated", "gated"});
  b.AddOn("Mul", "scaled", {b.Random("p", {6}), "square"});
  CheckGradients(b.Build(), 2, GridValues(12, 0.2), 5e-3, kTolerance);
}

TEST(ConcatGradient, OfChannels) {
  GraphBuilder b({2, 4, 4});
  AddShift(b, {2, 4, 4}).Conv("left", 2, 3, 3, {{"pads", Ints{1, 1, 1, 1}}});
  b.AddOn("Concat", "both", {"left", "shifted", "left"}, {{"axis", int64_t{1}}})
      .Conv("last", 8, 2, 3)
      .Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(64, 0.02), kLinear, kTolerance);
}

TEST(ReshapeGradient, OfEveryKind) {
  GraphBuilder b({2, 3, 4});
  AddShift(b, {2, 3, 4})
      .Add("Transpose", "t", {}, {{"perm", Ints{0, 2, 3, 1}}})
      .Add("Reshape", "r", {b.Integers("shape", {-1, 6, 4})})
      .Add("Unsqueeze", "u", {b.Integers("axes", {1})})
      .Add("Squeeze", "s", {b.Integers("axes2", {-3})})
      .Add("Identity", "i")
      .Add("Mul", "scaled", {b.Random("p", {6, 4})})
      .Add("Flatten", "flat");
  CheckGradients(b.Build(), 2, GridValues(48, 0.05), kLinear, kTolerance);
}

TEST(DropoutGradient, FollowsTheMask) {
  GraphBuilder b({20});
  AddShift(b, {20}).Add("Dropout", "drop", {b.Values("ratio", {}, {0.4f})}).Dense("fc", 20, 4);
  CheckGradients(b.Build(), 2, GridValues(40, 0.05), kLinear, kTolerance);
}

// One weight in two layers: its gradient is the sum of both.
TEST(SharedParameterGradient, IsTheSumOverItsReaders) {
  GraphBuilder b({2, 6, 6});
  const std::string w = b.Random("w", {2, 2, 3, 3});
  AddShift(b, {2, 6, 6}).Add("Conv", "c1", {w}).Add("Conv", "c2", {w}).Add("Flatten", "flat");
  const std::string v = b.Random("v", {8, 8});
  b.Add("Gemm", "f1", {v}).Add("Gemm", "f2", {v}, {{"transB", int64_t{1}}});
  CheckGradients(b.Build(), 2, GridValues(144, 0.01), 5e-3, kTolerance);
}

}  // namespace
}  // namespace dc::train
