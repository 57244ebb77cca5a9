// Quantizers of values, as the dialects say them.
#include <utility>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

Tensor Int8(std::vector<int64_t> shape, std::vector<int> values) {
  Tensor tensor = Tensor::Zeros(DataType::kInt8, std::move(shape));
  for (size_t i = 0; i < values.size(); ++i) tensor.bytes[i] = static_cast<uint8_t>(values[i]);
  return tensor;
}

// QuantizeLinear and DequantizeLinear; a Clip between them where `clips`.
OperatorCase Qdq(const std::string& name, Tensor scale, Tensor zero, Attributes attributes = {},
                 std::vector<Tensor> clips = {}) {
  OperatorCase row{.name = "qdq_" + name, .sample = {3, 4, 5}};
  row.constants = {{"s", std::move(scale)}, {"z", std::move(zero)}};
  row.nodes = {{"QuantizeLinear", {"x", "s", "z"}, attributes, "q"}};
  if (!clips.empty()) {
    row.constants.push_back({"low", clips[0]});
    row.constants.push_back({"high", clips[1]});
    row.nodes.push_back({"Clip", {"q", "low", "high"}, {}, "c"});
  }
  row.nodes.push_back({"DequantizeLinear", {clips.empty() ? "q" : "c", "s", "z"}, attributes});
  return row;
}

}  // namespace

std::vector<OperatorCase> QuantizerCases() {
  std::vector<OperatorCase> cases = {
      Qdq("int8", Number(0.02f), Int8({}, {0})),
      Qdq("uint8", Number(0.01f), Codes({}, {0})),
      Qdq("uint8_zero_point", Number(0.02f), Codes({}, {117})),
      Qdq("int8_zero_point", Number(0.02f), Int8({}, {-31})),
      Qdq("clipped", Number(0.25f), Int8({}, {0}), {}, {Int8({}, {-2}), Int8({}, {1})}),
      Qdq("clipped_uint8", Number(0.25f), Codes({}, {0}), {}, {Codes({}, {0}), Codes({}, {7})}),
      Qdq("per_channel", Floats({3}, {0.02f, 0.1f, 0.5f}), Int8({3}, {0, 0, 0}), {{"axis", 1}}),
      Qdq("zero_points_per_channel", Floats({3}, {0.02f, 0.1f, 0.5f}), Int8({3}, {-100, 0, 31}),
          {{"axis", 1}}),
      Qdq("per_column", Floats({5}, {0.02f, 0.1f, 0.5f, 1, 2}), Int8({5}, {0, 0, 0, 0, 0}),
          {{"axis", -1}}),
      // Halves meet the grid: x is a multiple of 1/8 here.
      {.name = "qdq_ties",
       .sample = {9},
       .nodes = {{"Sign", {"x"}, {}, "a"},
                 {"Mul", {"a", "halves"}, {}, "h"},
                 {"QuantizeLinear", {"h", "s", "z"}, {}, "q"},
                 {"DequantizeLinear", {"q", "s", "z"}}},
       .constants = {{"halves", Floats({9}, {0.5f, 1.5f, 2.5f, 3.5f, 4.5f, 5, 0.25f, 6.5f, 7.5f})},
                     {"s", Number(1)},
                     {"z", Codes({}, {5})}}},
      // Weights: one scale, scales of outputs with and without a bias, of inputs, and of the float
      // weight that is quantized on the way.
      {.name = "qdq_weight",
       .sample = {4},
       .nodes = {{"DequantizeLinear", {"w", "s", "z"}, {}, "d"}, {"MatMul", {"x", "d"}}},
       .constants = {{"w", Int8({4, 3}, {1, -2, 3, 4, 5, -6, 7, 8, 9, 100, -128, 127})},
                     {"s", Number(0.1f)},
                     {"z", Int8({}, {3})}}},
      {.name = "qdq_weight_per_output",
       .sample = {4},
       .nodes = {{"DequantizeLinear", {"w", "s"}, {{"axis", 1}}, "d"}, {"MatMul", {"x", "d"}}},
       .constants = {{"w", Codes({4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 128, 255})},
                     {"s", Floats({3}, {0.1f, 0.2f, 0.7f})}}},
      {.name = "qdq_weight_gemm_bias",
       .sample = {4},
       .nodes = {{"DequantizeLinear", {"w", "s"}, {{"axis", 0}}, "d"},
                 {"DequantizeLinear", {"c", "t"}, {{"axis", 0}}, "b"},
                 {"Gemm", {"x", "d", "b"}, {{"transB", 1}}}},
       .constants = {{"w", Codes({3, 4}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 128, 255})},
                     {"s", Floats({3}, {0.1f, 0.2f, 0.7f})},
                     {"t", Floats({3}, {0.01f, 0.02f, 0.07f})},
                     {"c", {DataType::kInt32, {3}, {1, 0, 0, 0, 255, 255, 255, 255, 9, 3, 0, 0}}}}},
      {.name = "qdq_weight_per_input",
       .sample = {4},
       .nodes = {{"DequantizeLinear", {"w", "s"}, {{"axis", 0}}, "d"}, {"MatMul", {"x", "d"}}},
       .constants = {{"w", Codes({4, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 128, 255})},
                     {"s", Floats({4}, {0.1f, 0.2f, 0.7f, 3})}}},
      {.name = "qdq_weight_conv_bias",
       .sample = {2, 4, 5},
       .nodes = {{"DequantizeLinear", {"w", "s"}, {{"axis", 0}}, "d"},
                 {"Conv", {"x", "d", "b"}, {{"kernel_shape", {2, 2}}}}},
       .weights = {{"b", {3}}},
       .constants = {{"w", Codes({3, 2, 2, 2}, {1,  2,  3,  4,  5,  6,  7,  8,  9, 100, 128, 255,
                                                11, 12, 13, 14, 15, 16, 17, 18, 0, 0,   21,  0})},
                     {"s", Floats({3}, {0.1f, 0.2f, 0.7f})}}},
      {.name = "qdq_float_weight",
       .sample = {4},
       .nodes = {{"QuantizeLinear", {"w", "s", "z"}, {{"axis", 1}}, "q"},
                 {"DequantizeLinear", {"q", "s", "z"}, {{"axis", 1}}, "d"},
                 {"MatMul", {"x", "d"}}},
       .weights = {{"w", {4, 3}}},
       .constants = {{"s", Floats({3}, {0.1f, 0.02f, 0.007f})}, {"z", Int8({3}, {0, 0, 0})}}},
      {.name = "quantize_gradient",
       .sample = {3, 4, 5},
       .nodes = {{"Tanh", {"x"}, {}, "t"}, {"QuantizeGradient", {"t"}, {{"bits", 4}}}}},
      // Signs.
      {.name = "sign_choice",
       .sample = {3, 4, 5},
       .nodes = {{"GreaterOrEqual", {"x", "zero"}, {}, "t"}, {"Where", {"t", "s", "m"}}},
       .constants = {{"zero", Number(0)}, {"s", Number(0.7f)}, {"m", Number(-0.7f)}}},
  };
  return cases;
}

}  // namespace dc
