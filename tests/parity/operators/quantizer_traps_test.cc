// Where dialects of quantized networks differ in what looks alike. Expectations are computed by
// hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/rng.h"
#include "model/canonical/canonical.h"
#include "parity/operators/engines.h"
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using ::testing::ElementsAre;

constexpr const char* kQonnx = "qonnx.custom_op.general";

Tensor Int8(std::vector<int64_t> shape, const std::vector<int>& values) {
  Tensor tensor = Tensor::Zeros(DataType::kInt8, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i) tensor.bytes[i] = static_cast<uint8_t>(values[i]);
  return tensor;
}

Tensor Int32(std::vector<int64_t> shape, const std::vector<int32_t>& values) {
  Tensor tensor = Tensor::Zeros(DataType::kInt32, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.data<int32_t>().begin());
  return tensor;
}

// What the runtime makes of `x`.
std::vector<float> RunOn(const OperatorCase& row, std::vector<float> x) {
  Graph graph = CaseGraph(row);
  const Status canonical = Canonicalize(&graph);
  EXPECT_TRUE(canonical.ok()) << canonical.ToString();
  const auto session = LoadInRuntime(graph, SessionOptions());
  EXPECT_TRUE(session.ok()) << session.status().ToString();
  if (!session.ok()) return {};
  const int64_t samples = static_cast<int64_t>(x.size()) / ElementCount(row.sample);
  const auto output = RunSession(*session, {samples, std::move(x)}, samples);
  EXPECT_TRUE(output.ok()) << output.status().ToString();
  return output.ok() ? *output : std::vector<float>();
}

OperatorCase Quant(float zero, float bits, std::map<std::string, Attribute> attributes) {
  return {.name = "quant",
          .sample = {1},
          .nodes = {{"Quant", {"x", "s", "z", "b"}, std::move(attributes), "y", {}, kQonnx}},
          .constants = {{"s", Number(1)}, {"z", Number(zero)}, {"b", Number(bits)}}};
}

OperatorCase Qdq(Tensor zero) {
  return {.name = "qdq",
          .sample = {1},
          .nodes = {{"QuantizeLinear", {"x", "s", "z"}, {}, "q"},
                    {"DequantizeLinear", {"q", "s", "z"}}},
          .constants = {{"s", Number(1)}, {"z", std::move(zero)}}};
}

// x times a weight of 3 inputs and 2 outputs.
OperatorCase Product(Tensor weight, Tensor scale, Tensor zero, int axis, int transposed) {
  return {.name = "product",
          .sample = {3},
          .nodes = {{"DequantizeLinear", {"w", "s", "z"}, {{"axis", axis}}, "d"},
                    {"Gemm", {"x", "d"}, {{"transB", transposed}}}},
          .constants = {{"w", std::move(weight)}, {"s", std::move(scale)}, {"z", std::move(zero)}}};
}

TEST(QuantizerTraps, OnnxRoundsBeforeTheZeroPointQonnxAfter) {
  EXPECT_THAT(RunOn(Qdq(Codes({}, {3})), {0.5f, 1.5f, -0.5f}), ElementsAre(0, 2, 0));
  EXPECT_THAT(RunOn(Quant(3, 8, {{"signed", 0}}), {0.5f, 1.5f, -0.5f}), ElementsAre(1, 1, -1));
}

TEST(QuantizerTraps, QonnxClampsBeforeItRounds) {
  const OperatorCase ceil = Quant(0.5f, 2, {{"rounding_mode", "CEIL"}});
  EXPECT_THAT(RunOn(ceil, {5, 0.7f, 0.2f, -0.6f, -2.7f}),
              ElementsAre(0.5f, 0.5f, 0.5f, -0.5f, -2.5f));
  const OperatorCase floor = Quant(0.5f, 2, {{"rounding_mode", "FLOOR"}});
  EXPECT_THAT(RunOn(floor, {5, 0.4f, -9}), ElementsAre(0.5f, -0.5f, -2.5f));
}

TEST(QuantizerTraps, ZeroIsPositiveForBipolarQuant) {
  const OperatorCase row = {.name = "bipolar",
                            .sample = {1},
                            .nodes = {{"BipolarQuant", {"x", "s"}, {}, "y", {}, kQonnx}},
                            .constants = {{"s", Number(2)}}};
  EXPECT_THAT(RunOn(row, {0, -0.0f, -1e-20f, 3}), ElementsAre(2, 2, -2, 2));
}

TEST(QuantizerTraps, TheAxisOfAWeightDependsOnTransB) {
  const Tensor scale = Floats({2}, {1, 10}), zero = Int8({2}, {0, 0});
  const Tensor turned = Int8({2, 3}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(RunOn(Product(turned, scale, zero, 0, 1), {1, 1, 1}), ElementsAre(6, 150));
  const Tensor straight = Int8({3, 2}, {1, 4, 2, 5, 3, 6});
  EXPECT_THAT(RunOn(Product(straight, scale, zero, 1, 0), {1, 1, 1}), ElementsAre(6, 150));
}

TEST(QuantizerTraps, ABiasOfInt32HasNoZeroPoint) {
  OperatorCase row = {.name = "bias",
                      .sample = {2},
                      .nodes = {{"DequantizeLinear", {"b", "s"}, {}, "d"}, {"Add", {"x", "d"}}},
                      .constants = {{"b", Int32({2}, {300, -5})}, {"s", Number(0.5f)}}};
  EXPECT_THAT(RunOn(row, {1, 1}), ElementsAre(151, -1.5f));
  row.nodes[0].inputs.push_back("z");
  row.constants.push_back({"z", Int32({}, {1})});
  Graph graph = CaseGraph(row);
  EXPECT_EQ(Canonicalize(&graph).code(), StatusCode::kBadInput);
}

TEST(QuantizerTraps, ChannelsHaveZeroPointsOfTheirOwn) {
  const Tensor weight = Int8({3, 2}, {1, 4, 2, 5, 3, 6});
  const auto row = Product(weight, Floats({2}, {1, 10}), Int8({2}, {1, -2}), 1, 0);
  EXPECT_THAT(RunOn(row, {1, 1, 1}), ElementsAre(3, 210));
}

TEST(QuantizerTraps, TheLowerBoundOfAClippedReluIsTheZeroPoint) {
  OperatorCase row = Qdq(Codes({}, {10}));
  row.nodes.insert(row.nodes.begin() + 1, {"Clip", {"q", "low", "high"}, {}, "c"});
  row.nodes.back().inputs[0] = "c";
  row.constants.push_back({"low", Codes({}, {10})});
  row.constants.push_back({"high", Codes({}, {13})});
  EXPECT_THAT(RunOn(row, {-5, 0, 2, 9}), ElementsAre(0, 0, 2, 3));
}

TEST(QuantizerTraps, QLinearConvPadsWithTheZeroPoint) {
  const OperatorCase row = {.name = "padded",
                            .sample = {1, 3, 3},
                            .nodes = {{"QuantizeLinear", {"x", "s", "xz"}, {}, "q"},
                                      {"QLinearConv",
                                       {"q", "s", "xz", "w", "s", "wz", "s", "yz"},
                                       {{"pads", {1, 1, 1, 1}}},
                                       "r"},
                                      {"DequantizeLinear", {"r", "s", "yz"}}},
                            .constants = {{"s", Number(1)},
                                          {"xz", Codes({}, {100})},
                                          {"w", Int8({1, 1, 3, 3}, {1, 1, 1, 1, 1, 1, 1, 1, 1})},
                                          {"wz", Int8({}, {0})},
                                          {"yz", Codes({}, {7})}}};
  EXPECT_THAT(RunOn(row, std::vector<float>(9, 1.0f)), ElementsAre(4, 6, 4, 6, 9, 6, 4, 6, 4));
}

TEST(QuantizerTraps, TheLastBlockMayBeRagged) {
  OperatorCase row = {
      .name = "ragged",
      .opset = 21,
      .sample = {5},
      .nodes = {{"DequantizeLinear", {"w", "s"}, {{"axis", 0}, {"block_size", 3}}, "d"},
                {"MatMul", {"x", "d"}}},
      .constants = {{"w", Int8({5, 1}, {1, 2, 3, 4, 5})}, {"s", Floats({2, 1}, {1, 100})}}};
  EXPECT_THAT(RunOn(row, {1, 1, 1, 1, 1}), ElementsAre(906));
  row.nodes[0].attributes.at("block_size") = Attribute(2);  // three blocks
  Graph graph = CaseGraph(row);
  EXPECT_EQ(Canonicalize(&graph).code(), StatusCode::kBadInput);
}

TEST(QuantizerTraps, AnOddNumberOfInt4s) {
  Tensor weight = Int8({3, 1}, {-8, 7, -1});
  weight.type = DataType::kInt4;
  const OperatorCase row = {
      .name = "odd",
      .opset = 21,
      .sample = {3},
      .nodes = {{"DequantizeLinear", {"w", "s"}, {}, "d"}, {"MatMul", {"x", "d"}}},
      .constants = {{"w", weight}, {"s", Number(1)}}};
  EXPECT_THAT(RunOn(row, {1, 10, 100}), ElementsAre(-38));
}

TEST(QuantizerTraps, OfEqualWinnersTheFirstWins) {
  const OperatorCase row = {
      .name = "ties",
      .sample = {3},
      .nodes = {{"ArgMax", {"x"}, {{"axis", 1}}, "i"}, {"Cast", {"i"}, {{"to", 1}}}}};
  EXPECT_THAT(RunOn(row, {1, 2, 2, 5, 5, 5}), ElementsAre(1, 0));
}

// Sums of whole numbers are exact: so is every quantum that comes out.
TEST(QuantizerTraps, IntegerCoresAreExact) {
  constexpr int kInputs = 300, kOutputs = 8, kZero = 117;
  constexpr float kScale = 0.0193f, kWeightScale = 0.00717f, kOutScale = 0.231f;
  Rng rng(11);
  std::vector<int> weights(kInputs * kOutputs);
  for (int& w : weights) w = static_cast<int>(rng.Uniform() * 255) - 127;
  std::vector<float> x(kInputs);
  for (float& v : x) v = static_cast<float>(rng.Normal());
  const OperatorCase row = {
      .name = "exact",
      .sample = {kInputs},
      .nodes = {{"QuantizeLinear", {"x", "xs", "xz"}, {}, "q"},
                {"QLinearMatMul", {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz"}, {}, "r"},
                {"DequantizeLinear", {"r", "one", "yz"}}},
      .constants = {{"xs", Number(kScale)},
                    {"xz", Codes({}, {kZero})},
                    {"w", Int8({kInputs, kOutputs}, weights)},
                    {"ws", Number(kWeightScale)},
                    {"wz", Int8({}, {0})},
                    {"ys", Number(kOutScale)},
                    {"yz", Int8({}, {5})},
                    {"one", Number(1)}}};
  std::vector<float> expected;
  for (int n = 0; n < kOutputs; ++n) {
    int64_t sum = 0;
    for (int k = 0; k < kInputs; ++k) {
      const int q = static_cast<int>(std::nearbyint(x[static_cast<size_t>(k)] / kScale)) + kZero;
      sum += int64_t{std::min(std::max(q, 0), 255) - kZero} *
             weights[static_cast<size_t>(k * kOutputs + n)];
    }
    const float whole =
        std::nearbyint(static_cast<float>(sum) * (kScale * kWeightScale / kOutScale)) + 5;
    expected.push_back(std::min(std::max(whole, -128.0f), 127.0f) - 5);
  }
  EXPECT_THAT(RunOn(row, x), ::testing::ElementsAreArray(expected));
}

}  // namespace
}  // namespace dc
