// Every operator's outputs against plain loops in double precision, or numbers worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "unit/train/gradient_check.h"
#include "unit/train/graph_builder.h"

namespace dc::train {
namespace {

using Ints = std::vector<int64_t>;
using Attributes = std::map<std::string, AttributeValue>;
using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::Pointwise;

std::vector<float> Outputs(const Graph& graph, int64_t batch, const std::vector<float>& input,
                           bool training = false) {
  return Harness(graph, batch, training).Forward(input);
}

std::vector<float> RandomValues(size_t count, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> values(count);
  for (float& v : values) v = static_cast<float>(rng.Normal());
  return values;
}

struct Geometry {
  const char* name;
  int64_t batch, channels, height, width, outputs, groups;
  Ints kernel, strides, pads, dilations;
};

// One zero-padded input value.
double At(const std::vector<float>& x, const Geometry& g, int64_t n, int64_t c, int64_t y,
          int64_t col) {
  if (y < 0 || y >= g.height || col < 0 || col >= g.width) return 0;
  return x[((n * g.channels + c) * g.height + y) * g.width + col];
}

class ConvForward : public ::testing::TestWithParam<Geometry> {};

TEST_P(ConvForward, MatchesPlainLoops) {
  const Geometry& g = GetParam();
  GraphBuilder b({g.channels, g.height, g.width});
  const int64_t group_in = g.channels / g.groups, group_out = g.outputs / g.groups;
  const std::string w = b.Random("w", {g.outputs, group_in, g.kernel[0], g.kernel[1]});
  const std::string bias = b.Random("bias", {g.outputs});
  b.Add(
      "Conv", "conv", {w, bias},
      {{"group", g.groups}, {"strides", g.strides}, {"pads", g.pads}, {"dilations", g.dilations}});
  const Graph graph = b.Add("Flatten", "flat").Build();
  const auto x = RandomValues(g.batch * g.channels * g.height * g.width, 3);
  const auto weight = graph.initializers.at("w").f32();
  const auto offset = graph.initializers.at("bias").f32();

  const auto size = [&](int axis, int64_t in) {
    const int64_t extent = (g.kernel[axis] - 1) * g.dilations[axis] + 1;
    return (in + g.pads[axis] + g.pads[axis + 2] - extent) / g.strides[axis] + 1;
  };
  std::vector<float> expected;
  for (int64_t n = 0; n < g.batch; ++n) {
    for (int64_t o = 0; o < g.outputs; ++o) {
      for (int64_t y = 0; y < size(0, g.height); ++y) {
        for (int64_t col = 0; col < size(1, g.width); ++col) {
          double sum = offset[o];
          for (int64_t i = 0; i < group_in; ++i) {
            for (int64_t r = 0; r < g.kernel[0]; ++r) {
              for (int64_t k = 0; k < g.kernel[1]; ++k) {
                sum += weight[((o * group_in + i) * g.kernel[0] + r) * g.kernel[1] + k] *
                       At(x, g, n, o / group_out * group_in + i,
                          y * g.strides[0] - g.pads[0] + r * g.dilations[0],
                          col * g.strides[1] - g.pads[1] + k * g.dilations[1]);
              }
            }
          }
          expected.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  EXPECT_THAT(Outputs(graph, g.batch, x), Pointwise(FloatNear(2e-4f), expected));
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, ConvForward,
    ::testing::Values(
        Geometry{"plain", 2, 3, 6, 7, 4, 1, {3, 2}, {1, 1}, {0, 0, 0, 0}, {1, 1}},
        Geometry{"everything", 3, 4, 9, 10, 6, 2, {3, 2}, {2, 1}, {1, 2, 0, 1}, {2, 3}},
        Geometry{"lanes", 32, 3, 7, 9, 5, 1, {3, 3}, {1, 1}, {1, 0, 2, 1}, {1, 1}},
        Geometry{"lanes_kernel_of_nine", 16, 1, 4, 12, 6, 1, {2, 9}, {1, 1}, {0, 4, 0, 4}, {1, 1}},
        Geometry{"many_channels", 2, 32, 12, 12, 32, 1, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}},
        Geometry{
            "many_channels_in_lanes", 16, 20, 5, 5, 18, 1, {3, 3}, {1, 1}, {1, 1, 1, 1}, {1, 1}}),
    [](const auto& test) { return std::string(test.param.name); });

// SAME_UPPER puts the odd zero at the end, SAME_LOWER at the begin.
TEST(ConvForwardAutoPad, PutsTheOddZeroBehindOrInFront) {
  const auto y = [](const std::string& mode) {
    GraphBuilder b({1, 1, 3});
    b.Add("Conv", "conv", {b.Values("w", {1, 1, 1, 2}, {1, 10})}, {{"auto_pad", mode}})
        .Add("Flatten", "flat");
    return Outputs(b.Build(), 1, {1, 2, 3});
  };
  EXPECT_THAT(y("SAME_UPPER"), ElementsAre(21, 32, 3));
  EXPECT_THAT(y("SAME_LOWER"), ElementsAre(10, 21, 32));
  EXPECT_THAT(y("VALID"), ElementsAre(21, 32));
}

std::vector<float> Pooled(const std::string& op, Attributes attributes, const Ints& sample,
                          const std::vector<float>& x) {
  GraphBuilder b(sample);
  b.Add(op, "pool", {}, std::move(attributes)).Add("Flatten", "flat");
  return Outputs(b.Build(), 1, x);
}

TEST(PoolForward, WorkedByHand) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7, 8, 9};  // 3x3
  const Ints two = {2, 2}, three = {3, 3}, around = {1, 1, 1, 1};
  const int64_t one = 1;
  EXPECT_THAT(Pooled("MaxPool", {{"kernel_shape", two}}, {1, 3, 3}, x), ElementsAre(5, 6, 8, 9));
  EXPECT_THAT(Pooled("MaxPool", {{"kernel_shape", two}, {"strides", two}}, {1, 3, 3}, x),
              ElementsAre(5));
  EXPECT_THAT(Pooled("MaxPool", {{"kernel_shape", two}, {"strides", two}, {"ceil_mode", one}},
                     {1, 3, 3}, x),
              ElementsAre(5, 6, 8, 9));
  EXPECT_THAT(Pooled("AveragePool", {{"kernel_shape", two}, {"strides", two}, {"ceil_mode", one}},
                     {1, 3, 3}, x),
              ElementsAre(3, 4.5, 7.5, 9));
  EXPECT_THAT(Pooled("AveragePool", {{"kernel_shape", three}, {"strides", two}, {"pads", around}},
                     {1, 3, 3}, x),
              ElementsAre(3, 4, 6, 7));
  EXPECT_THAT(
      Pooled(
          "AveragePool",
          {{"kernel_shape", three}, {"strides", two}, {"pads", around}, {"count_include_pad", one}},
          {1, 3, 3}, x),
      Pointwise(FloatNear(1e-6f), std::vector<float>{12 / 9.f, 16 / 9.f, 24 / 9.f, 28 / 9.f}));
  // All negative: padding must not win.
  EXPECT_THAT(Pooled("MaxPool", {{"kernel_shape", three}, {"pads", around}, {"strides", two}},
                     {1, 2, 2}, {-4, -3, -2, -1}),
              ElementsAre(-1));
  EXPECT_THAT(Pooled("GlobalAveragePool", {}, {2, 1, 2}, {1, 3, 10, 20}), ElementsAre(2, 15));
  EXPECT_THAT(Pooled("GlobalMaxPool", {}, {2, 1, 2}, {1, 3, 20, 10}), ElementsAre(3, 20));
}

// 17 and 40 channels after a convolution: blocked layouts with padded channels.
TEST(PoolForward, IsTheSameInEveryLayout) {
  for (int64_t channels : {1, 17, 40}) {
    const auto x = RandomValues(16 * 36, 8);
    for (int64_t batch : {1, 16}) {
      GraphBuilder b({1, 6, 6});
      b.Add("Conv", "conv", {b.Random("w", {channels, 1, 3, 3})})
          .Add("MaxPool", "pool", {}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}})
          .Add("Flatten", "flat");
      const Graph graph = b.Build();
      const auto y = Outputs(graph, batch, {x.begin(), x.begin() + batch * 36});
      const auto w = graph.initializers.at("w").f32();
      for (int64_t o = 0; o < channels; ++o) {
        for (int64_t p = 0; p < 4; ++p) {
          double most = -1e9;
          for (int64_t t = 0; t < 4; ++t) {
            const int64_t row = p / 2 * 2 + t / 2, col = p % 2 * 2 + t % 2;
            double sum = 0;
            for (int64_t k = 0; k < 9; ++k) {
              sum += w[o * 9 + k] * x[(row + k / 3) * 6 + col + k % 3];
            }
            most = std::max(most, sum);
          }
          EXPECT_NEAR(y[o * 4 + p], most, 1e-4) << channels << " channels, batch " << batch;
        }
      }
    }
  }
}

TEST(GemmForward, WorkedByHand) {
  GraphBuilder b({2});
  b.Add("Gemm", "fc",
        {b.Values("w", {3, 2}, {1, 2, 3, 4, 5, 6}), b.Values("bias", {3}, {1, 0, -1})},
        {{"transB", int64_t{1}}, {"alpha", 2.0f}, {"beta", 10.0f}});
  // 2 * (1*1 + 1*2) + 10, ...; then x = (0, -1).
  EXPECT_THAT(Outputs(b.Build(), 2, {1, 1, 0, -1}), ElementsAre(16, 14, 12, 6, -8, -22));
}

TEST(MatMulForward, WorkedByHand) {
  GraphBuilder b({2});
  b.Add("MatMul", "fc", {b.Values("w", {2, 3}, {1, 2, 3, 4, 5, 6})})
      .Add("Add", "sum", {b.Values("bias", {1, 3}, {1, 0, -1})});
  EXPECT_THAT(Outputs(b.Build(), 1, {1, 2}), ElementsAre(10, 12, 14));
}

TEST(EltwiseForward, WorkedByHand) {
  const std::vector<float> x = {-2, -0.5, 0, 3};
  const auto y = [&](const std::string& op, Attributes attributes) {
    GraphBuilder b({4});
    b.Add(op, "y", {}, std::move(attributes));
    return Outputs(b.Build(), 1, x);
  };
  EXPECT_THAT(y("Relu", {}), ElementsAre(0, 0, 0, 3));
  EXPECT_THAT(y("LeakyRelu", {}), Pointwise(FloatNear(1e-7f), {-0.02f, -0.005f, 0.f, 3.f}));
  EXPECT_THAT(y("LeakyRelu", {{"alpha", 0.5f}}), ElementsAre(-1, -0.25, 0, 3));
  EXPECT_THAT(y("Elu", {}), Pointwise(FloatNear(1e-6f), {-0.8646647f, -0.3934693f, 0.f, 3.f}));
  EXPECT_THAT(y("Sigmoid", {}),
              Pointwise(FloatNear(1e-6f), {0.1192029f, 0.3775407f, 0.5f, 0.9525741f}));
  EXPECT_THAT(y("Tanh", {}),
              Pointwise(FloatNear(1e-6f), {-0.9640276f, -0.4621172f, 0.f, 0.9950548f}));
  EXPECT_THAT(y("Clip", {{"min", -1.0f}, {"max", 2.0f}}), ElementsAre(-1, -0.5, 0, 2));
}

TEST(EltwiseForward, ClipReadsBoundsFromInputs) {
  GraphBuilder b({4});
  b.Add("Clip", "y", {"", b.Values("most", {}, {1.0f})});
  EXPECT_THAT(Outputs(b.Build(), 1, {-2, -0.5, 0, 3}), ElementsAre(-2, -0.5, 0, 1));
}

TEST(SoftmaxForward, InsideTheNetwork) {
  GraphBuilder b({3});
  b.Add("Softmax", "soft").Add("Identity", "out");
  const auto y = Outputs(b.Build(), 1, {0, std::log(2.0f), std::log(5.0f)});
  EXPECT_THAT(y, Pointwise(FloatNear(1e-6f), {0.125f, 0.25f, 0.625f}));
}

TEST(LrnForward, MatchesTheFormula) {
  GraphBuilder b({5, 1, 1});
  b.Add("LRN", "y", {}, {{"size", int64_t{3}}, {"alpha", 0.6f}, {"beta", 0.75f}, {"bias", 2.0f}})
      .Add("Flatten", "flat");
  const std::vector<float> x = {1, -2, 3, 4, 5};
  std::vector<float> expected;
  for (int c = 0; c < 5; ++c) {
    double squares = 0;
    for (int i = std::max(0, c - 1); i <= std::min(4, c + 1); ++i) squares += x[i] * x[i];
    expected.push_back(static_cast<float>(x[c] / std::pow(2.0 + 0.6 / 3 * squares, 0.75)));
  }
  EXPECT_THAT(Outputs(b.Build(), 1, x), Pointwise(FloatNear(1e-5f), expected));
}

TEST(BatchNormForward, UsesItsShardInTrainingAndRunningValuesOtherwise) {
  GraphBuilder b({2});
  b.Add("BatchNormalization", "bn",
        {b.Values("scale", {2}, {2, 1}), b.Values("offset", {2}, {1, 0}),
         b.Values("mean", {2}, {1, 2}), b.Values("variance", {2}, {4, 9})},
        {{"epsilon", 1e-9f}});
  const Graph graph = b.Build();
  const std::vector<float> x = {1, 10, 3, 20};
  // Evaluation: 2 * (x - 1) / 2 + 1 and (x - 2) / 3.
  EXPECT_THAT(Outputs(graph, 2, x), Pointwise(FloatNear(1e-5f), {1.f, 8 / 3.f, 3.f, 6.f}));
  // Training: means 2 and 15, deviations 1 and 5.
  Harness harness(graph, 2, true);
  EXPECT_THAT(harness.Forward(x), Pointwise(FloatNear(1e-5f), {-1.f, -1.f, 3.f, 1.f}));
  ASSERT_TRUE(harness.executor().Backward().ok());
  EXPECT_THAT(harness.Gradient("mean"), Pointwise(FloatNear(1e-5f), {2.f, 15.f}));
  EXPECT_THAT(harness.Gradient("variance"), Pointwise(FloatNear(1e-4f), {1.f, 25.f}));
}

TEST(ReshapeForward, KeepsOrMovesValues) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6};
  GraphBuilder b({2, 3});
  b.Add("Transpose", "t", {}, {{"perm", Ints{0, 2, 1}}}).Add("Flatten", "flat");
  EXPECT_THAT(Outputs(b.Build(), 1, x), ElementsAre(1, 4, 2, 5, 3, 6));
  GraphBuilder c({1, 2, 3});
  c.Add("Concat", "cat", {"x"}, {{"axis", int64_t{2}}})
      .Add("Squeeze", "s", {c.Integers("axes", {1})})
      .Add("Reshape", "r", {c.Integers("shape", {0, -1})});
  EXPECT_THAT(Outputs(c.Build(), 1, x), ElementsAre(1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6));
}

// Models are often exported with the batch fixed to 1.
TEST(ReshapeForward, TreatsTheDeclaredBatchAsTheBatch) {
  GraphBuilder b({1, 2, 2});
  b.Add("Reshape", "r", {b.Integers("shape", {1, 4})});
  Graph graph = b.Build();
  graph.inputs[0].shape[0] = 1;
  EXPECT_THAT(Outputs(graph, 2, {1, 2, 3, 4, 5, 6, 7, 8}), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(DropoutForward, DropsItsShareAndScalesTheRest) {
  GraphBuilder b({10000});
  b.Add("Dropout", "drop", {b.Values("ratio", {}, {0.25f})});
  const Graph graph = b.Build();
  const std::vector<float> ones(10000, 1.0f);
  EXPECT_EQ(Outputs(graph, 1, ones), ones);  // evaluation

  GraphBuilder with_shift({10000});
  AddShift(with_shift, {10000}).Add("Dropout", "drop", {with_shift.Values("r", {}, {0.25f})});
  Harness harness(with_shift.Build(), 1, true);
  const auto first = harness.Forward(ones, {7, 0, 0});
  const auto dropped = std::count(first.begin(), first.end(), 0.0f);
  EXPECT_NEAR(dropped, 2500, 200);  // 4.6 deviations
  EXPECT_EQ(std::count(first.begin(), first.end(), 1.0f / 0.75f), 10000 - dropped);
  // The same numbers for the same (seed, step, shard), others for others.
  EXPECT_EQ(harness.Forward(ones, {7, 0, 0}), first);
  EXPECT_NE(harness.Forward(ones, {8, 0, 0}), first);
  EXPECT_NE(harness.Forward(ones, {7, 1, 0}), first);
  EXPECT_NE(harness.Forward(ones, {7, 0, 1}), first);
}

}  // namespace
}  // namespace dc::train
