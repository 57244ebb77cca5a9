// Operators with weights against the naive implementation.
#include <gtest/gtest.h>

#include "unit/runtime/run_checks.h"

namespace dc::runtime {
namespace {

using format::Op;
using Dims = std::vector<int64_t>;

// The attribute lists of format/ops.cc.
std::vector<int64_t> ConvInts(const Dims& pads, const Dims& strides, int64_t group,
                              const Dims& dilations) {
  std::vector<int64_t> ints;
  const auto list = [&](const Dims& values) {
    ints.push_back(static_cast<int64_t>(values.size()));
    ints.insert(ints.end(), values.begin(), values.end());
  };
  list(pads);
  list(strides);
  ints.push_back(group);
  list(dilations);
  return ints;
}

struct ConvCase {
  Dims input, weight, pads, strides;
  int64_t group = 1;
  Dims dilations;
};

const ConvCase kConvCases[] = {
    {{-1, 1, 28, 28}, {6, 1, 5, 5}, {}, {}},
    {{-1, 3, 7, 9}, {5, 3, 3, 3}, {1, 1, 1, 1}, {}},
    {{-1, 4, 6, 6}, {20, 4, 1, 1}, {}, {}},
    {{-1, 4, 6, 7}, {3, 4, 1, 1}, {}, {2, 2}},
    {{-1, 2, 11, 13}, {4, 2, 5, 3}, {2, 0, 1, 2}, {3, 2}},
    {{-1, 2, 9, 9}, {4, 2, 3, 3}, {2, 2, 2, 2}, {}, 1, {2, 2}},
    {{-1, 2, 12, 12}, {3, 2, 3, 3}, {0, 1, 2, 3}, {2, 3}, 1, {3, 2}},
    {{-1, 6, 5, 5}, {6, 1, 3, 3}, {1, 1, 1, 1}, {}, 6},
    {{-1, 6, 5, 5}, {34, 3, 3, 3}, {1, 1, 1, 1}, {2, 1}, 2},
    {{-1, 3, 23, 23}, {4, 3, 11, 11}, {}, {4, 4}},
    {{-1, 3, 4, 4}, {7, 3, 4, 4}, {}, {}},
    {{-1, 2, 3, 3}, {2, 2, 3, 3}, {1, 1, 1, 1}, {5, 5}},
    {{-1, 2, 1, 40}, {2, 2, 1, 3}, {0, 4, 0, 4}, {}},
    {{-1, 2, 19}, {5, 2, 4}, {1, 2}, {2}, 1, {2}},
    {{-1, 1, 4, 70}, {2, 1, 2, 2}, {}, {}},
    // More outputs than a band of rows, and groups that bands must not cross.
    {{-1, 5, 6, 6}, {150, 5, 3, 3}, {1, 1, 1, 1}, {}},
    {{-1, 4, 6, 6}, {140, 2, 3, 3}, {1, 1, 1, 1}, {}, 2},
    // Channels and tiles enough for Winograd's method where half of the weights are kept.
    {{-1, 40, 25, 26}, {36, 40, 3, 3}, {1, 1, 1, 1}, {}},
    {{-1, 48, 20, 20}, {64, 24, 3, 3}, {0, 1, 2, 1}, {}, 2},
    // Kernels too wide for a copy of each tap.
    {{-1, 2, 1, 60}, {3, 2, 1, 20}, {}, {}},
    {{-1, 2, 5, 60}, {3, 2, 2, 18}, {1, 9, 1, 9}, {1, 2}},
};

class ConvTest : public testing::TestWithParam<ConvCase> {};

void CheckConv(const ConvCase& c, double density, bool sparse, bool bias) {
  NetBuilder net(c.input);
  const auto w = density < 0 ? net.Random(c.weight) : net.Coded(c.weight, density, 16, sparse);
  std::vector<NetBuilder::Ref> inputs = {net.input(), w};
  if (bias) inputs.push_back(net.Random({c.weight[0]}));
  net.Node(Op::kConv, inputs, ConvInts(c.pads, c.strides, c.group, c.dilations));
  ExpectMatchesNaive(net, {1, 3, 18});
}

TEST_P(ConvTest, Sparse) { CheckConv(GetParam(), 0.3, true, true); }
TEST_P(ConvTest, SparseFull) { CheckConv(GetParam(), 1.0, true, false); }
TEST_P(ConvTest, StoredDense) { CheckConv(GetParam(), 0.9, false, true); }
TEST_P(ConvTest, StoredDenseButMostlyZero) { CheckConv(GetParam(), 0.2, false, true); }
TEST_P(ConvTest, PlainValues) { CheckConv(GetParam(), -1, false, false); }

INSTANTIATE_TEST_SUITE_P(Shapes, ConvTest, testing::ValuesIn(kConvCases));

TEST(ConvTest, LargePlanesAreMadeInStrips) {
  // Planes of 5 and 9 MB, where a strip has 1.5 at most.
  for (const ConvCase& c : {ConvCase{{-1, 24, 130, 130}, {3, 24, 3, 3}, {1, 1, 1, 1}, {}},
                            ConvCase{{-1, 40, 131, 131}, {2, 40, 5, 5}, {2, 2, 2, 2}, {2, 2}}}) {
    for (const double density : {0.3, -1.0}) {
      NetBuilder net(c.input);
      const auto w = density < 0 ? net.Random(c.weight) : net.Coded(c.weight, density, 16);
      net.Node(Op::kConv, {net.input(), w, net.Random({c.weight[0]})},
               ConvInts(c.pads, c.strides, c.group, c.dilations));
      ExpectMatchesNaive(net, {1});
    }
  }
}

TEST(ConvTest, WeightWithoutSurvivors) {
  NetBuilder net({-1, 2, 5, 5});
  net.Node(Op::kConv, {net.input(), net.Coded({3, 2, 3, 3}, 0.0, 8), net.Random({3})},
           ConvInts({}, {}, 1, {}));
  ExpectMatchesNaive(net);
}

TEST(ConvTest, CodebookBeyond256) {
  NetBuilder net({-1, 4, 9, 9});
  net.Node(Op::kConv, {net.input(), net.Coded({12, 4, 3, 3}, 0.8, 400), net.Random({12})},
           ConvInts({1, 1, 1, 1}, {}, 1, {}));
  ExpectMatchesNaive(net);
}

TEST(ConvTest, BatchAsFixedNumberIsStillTheBatch) {
  NetBuilder net({7, 2, 5, 5});
  net.Node(Op::kConv, {net.input(), net.Coded({3, 2, 3, 3}, 0.5, 8)}, ConvInts({}, {}, 1, {}));
  ExpectMatchesNaive(net);
}

struct FcCase {
  int64_t inputs, outputs;
  double density;
  uint32_t entries;
};

const FcCase kFcCases[] = {
    {784, 300, 0.08, 33}, {300, 100, 0.09, 64}, {100, 10, 0.26, 64},
    {1, 1, 1.0, 2},       {17, 5, 0.5, 16},     {2000, 3, 0.002, 4},
    {64, 50, 0.4, 300},   {33, 16, 0.0, 4},     {300, 130, 1.0, 256},
};

class FullyConnectedTest : public testing::TestWithParam<FcCase> {};

TEST_P(FullyConnectedTest, GemmWithOutputsFirst) {
  const FcCase c = GetParam();
  NetBuilder net({-1, c.inputs});
  net.Node(Op::kGemm,
           {net.input(), net.Coded({c.outputs, c.inputs}, c.density, c.entries),
            net.Random({c.outputs})},
           {1, 0}, {1.0f, 1.0f});
  ExpectMatchesNaive(net, {1, 2, 7, 16, 35, 64, 101});
}

TEST_P(FullyConnectedTest, GemmWithInputsFirstAlphaAndBeta) {
  const FcCase c = GetParam();
  NetBuilder net({-1, c.inputs});
  net.Node(Op::kGemm,
           {net.input(), net.Coded({c.inputs, c.outputs}, c.density, c.entries),
            net.Random({1, c.outputs})},
           {0, 0}, {0.5f, -2.0f});
  ExpectMatchesNaive(net);
}

TEST_P(FullyConnectedTest, StoredDense) {
  const FcCase c = GetParam();
  NetBuilder net({-1, c.inputs});
  net.Node(Op::kGemm, {net.input(), net.Coded({c.inputs, c.outputs}, c.density, c.entries, false)},
           {0, 0}, {1.0f, 1.0f});
  ExpectMatchesNaive(net);
}

TEST_P(FullyConnectedTest, PlainMatMulWithAddedBias) {
  const FcCase c = GetParam();
  NetBuilder net({-1, c.inputs});
  const auto product = net.Node(Op::kMatMul, {net.input(), net.Random({c.inputs, c.outputs})});
  net.Relu(net.Node(Op::kAdd, {net.Random({c.outputs}), product}));
  ExpectMatchesNaive(net, {1, 5, 70});
}

INSTANTIATE_TEST_SUITE_P(Shapes, FullyConnectedTest, testing::ValuesIn(kFcCases));

TEST(FullyConnectedTest, ScalarBias) {
  NetBuilder net({-1, 9});
  net.Node(Op::kGemm, {net.input(), net.Coded({4, 9}, 0.5, 8), net.Plain({1}, {0.75f})}, {1, 0},
           {1.0f, 1.0f});
  ExpectMatchesNaive(net);
}

TEST(FullyConnectedTest, MatMulOfSeveralVectorsASample) {
  NetBuilder net({-1, 3, 4, 20});
  net.Node(Op::kMatMul, {net.input(), net.Coded({20, 30}, 0.2, 16)});
  ExpectMatchesNaive(net);
}

// Large and sparse: by columns where most inputs are zero, else by rows.
TEST(FullyConnectedTest, SkipsInputsThatAreZero) {
  NetBuilder net({-1, 1000});
  net.Node(Op::kGemm, {net.input(), net.Coded({2100, 1000}, 0.05, 16), net.Random({2100})}, {1, 0},
           {1.0f, 1.0f});
  const std::vector<uint8_t> file = net.File();
  for (const size_t active_of_ten : {0, 2, 4, 5, 10}) {
    std::vector<float> input = net.RandomInput(1);
    for (size_t i = 0; i < input.size(); ++i) {
      if (i * 7 % 10 >= active_of_ten) input[i] = 0;
    }
    const NaiveTensor expected = RunNaively(net, 1, input);
    for (const int threads : {1, 2, 3}) {
      const auto session = Session::Load(file, {.threads = threads});
      ASSERT_TRUE(session.ok()) << session.status().ToString();
      const std::vector<float> output = RunSession(*session, 1, input);
      for (size_t i = 0; i < output.size(); ++i) {
        ASSERT_NEAR(output[i], expected.values[i], 1e-4)
            << "element " << i << ", " << active_of_ten << " of 10 inputs, " << threads
            << " threads";
      }
    }
  }
}

TEST(FullyConnectedTest, CodebookWithoutZero) {
  NetBuilder net({-1, 40});
  std::vector<uint16_t> codes(40 * 24);
  for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint16_t>(i * 7 % 3);
  net.Node(Op::kGemm, {net.input(), net.Coded({24, 40}, codes, {0.5f, -1.0f, 2.0f}, false)}, {1, 0},
           {1.0f, 1.0f});
  ExpectMatchesNaive(net);
}

// In every form that a layer may have, with groups, bias and what follows.
TEST(LayerOpsTest, BatchNormalizationIsMergedExactly) {
  for (const bool sparse : {false, true}) {
    for (double density : {0.1, 1.0}) {
      for (int64_t groups : {1, 2}) {
        NetBuilder net({-1, 4, 11, 13});
        const auto w = net.Coded({6, 4 / groups, 3, 3}, density, 8, sparse);
        const auto conv =
            net.Node(Op::kConv, {net.input(), w, net.Random({6})}, {4, 1, 1, 1, 1, 0, groups, 0});
        net.Relu(net.BatchNorm(conv, 6));
        ExpectMatchesNaive(net);
      }
      NetBuilder gemm({-1, 150});
      const auto w = gemm.Coded({40, 150}, density, 30, sparse);
      const auto y = gemm.Node(Op::kGemm, {gemm.input(), w, gemm.Random({40})}, {1, 0}, {0.5f, 2});
      gemm.Node(Op::kClip, {gemm.BatchNorm(y, 40)}, {}, {-1, 1});
      ExpectMatchesNaive(gemm);
      NetBuilder matmul({-1, 150});
      const auto product =
          matmul.Node(Op::kMatMul, {matmul.input(), matmul.Coded({150, 40}, density, 30, sparse)});
      matmul.BatchNorm(matmul.Node(Op::kAdd, {product, matmul.Random({40})}), 40);
      ExpectMatchesNaive(matmul);
    }
  }
  NetBuilder plain({-1, 4, 9, 9});
  plain.BatchNorm(plain.Node(Op::kConv, {plain.input(), plain.Random({20, 4, 3, 3})}, {0, 0, 1, 0}),
                  20);
  ExpectMatchesNaive(plain);
  // By Winograd's method.
  NetBuilder tiles({-1, 32, 28, 28});
  tiles.BatchNorm(tiles.Node(Op::kConv, {tiles.input(), tiles.Coded({32, 32, 3, 3}, 1, 8, false)},
                             {4, 1, 1, 1, 1, 0, 1, 0}),
                  32);
  ExpectMatchesNaive(tiles, {1, 2});
}

}  // namespace
}  // namespace dc::runtime
