// QONNX, which ONNX Runtime does not have: it judges the canonical form.
#include <utility>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

constexpr const char* kDomain = "qonnx.custom_op.general";

// QONNX, which ONNX Runtime does not have.
OperatorCase Quant(const std::string& name, float scale, float zero, float bits,
                   Attributes attributes = {}) {
  return {.name = "qonnx_" + name,
          .sample = {3, 4, 5},
          .nodes = {{"Quant", {"x", "s", "z", "b"}, std::move(attributes), "y", {}, kDomain}},
          .constants = {{"s", Number(scale)}, {"z", Number(zero)}, {"b", Number(bits)}},
          .judge = Judge::kCanonical};
}

constexpr const char* kChannelsLast = "qonnx.custom_op.channels_last";

OperatorCase Alone(const std::string& name, const std::string& op, std::vector<int64_t> sample,
                   Attributes attributes, std::vector<std::pair<std::string, Tensor>> constants,
                   const char* domain = kDomain) {
  OperatorCase row{.name = name, .sample = std::move(sample), .judge = Judge::kCanonical};
  std::vector<std::string> inputs = {"x"};
  for (const auto& [input, tensor] : constants) inputs.push_back(input);
  row.nodes = {{op, std::move(inputs), std::move(attributes), "y", {}, domain}};
  row.constants = std::move(constants);
  return row;
}

}  // namespace

std::vector<OperatorCase> QonnxCases() {
  std::vector<OperatorCase> cases = {
      {.name = "qonnx_bipolar",
       .sample = {3, 4, 5},
       .nodes = {{"BipolarQuant", {"x", "s"}, {}, "y", {}, "onnx.brevitas"}},
       .constants = {{"s", Floats({3, 1, 1}, {0.7f, 2, 3})}},
       .judge = Judge::kCanonical},
      Quant("signed", 0.1f, 0, 4),
      Quant("unsigned", 0.1f, 0, 3, {{"signed", 0}}),
      Quant("narrow", 0.4f, 0, 2, {{"signed", 1}, {"narrow", 1}, {"rounding_mode", "ROUND"}}),
      Quant("one_bit", 0.4f, 0, 1, {{"signed", 1}}),
      Quant("zero_point", 0.1f, 3, 4, {{"signed", 0}}),
      Quant("fraction_of_a_zero_point", 0.1f, 2.5f, 6, {{"rounding_mode", "ROUND"}}),
      Quant("wide", 0.001f, 0, 16),
      Quant("floor", 0.1f, 0, 6, {{"rounding_mode", "FLOOR"}}),
      Quant("ceil", 0.1f, 0, 6, {{"rounding_mode", "CEIL"}}),
      Quant("up", 0.1f, 0, 6, {{"rounding_mode", "UP"}}),
      Quant("down", 0.1f, 0, 6, {{"rounding_mode", "down"}}),
      Quant("half_up", 0.1f, 0, 6, {{"rounding_mode", "HALF_UP"}}),
      Quant("half_down", 0.1f, 0, 6, {{"rounding_mode", "half_down"}}),
      {.name = "qonnx_weight_transposed",
       .sample = {4},
       .nodes = {{"Quant", {"w", "s", "z", "b"}, {{"narrow", 1}}, "q", {}, kDomain},
                 {"Transpose", {"q"}, {{"perm", {1, 0}}}, "t"},
                 {"MatMul", {"x", "t"}}},
       .weights = {{"w", {3, 4}}},
       .constants = {{"s", Floats({3, 1}, {0.1f, 0.2f, 0.05f})},
                     {"z", Number(0)},
                     {"b", Number(3)}},
       .judge = Judge::kCanonical},
      Alone("qonnx_trunc", "Trunc", {3, 4, 5}, {{"rounding_mode", "FLOOR"}},
            {{"s", Number(0.01f)}, {"z", Number(0)}, {"i", Number(8)}, {"o", Number(4)}}),
      Alone("qonnx_trunc_zero_point", "Trunc", {3, 4, 5}, {{"rounding_mode", "ROUND"}},
            {{"s", Number(0.01f)}, {"z", Number(3)}, {"i", Number(8)}, {"o", Number(5)}}),
      Alone("qonnx_trunc_with_bounds", "Trunc", {3, 4, 5},
            {{"rounding_mode", "FLOOR"}, {"signed", 1}, {"narrow", 1}},
            {{"s", Number(0.01f)},
             {"z", Number(4)},
             {"i", Number(8)},
             {"t", Number(0.04f)},
             {"o", Number(6)}}),
      Alone("qonnx_thresholds", "MultiThreshold", {3, 4, 5},
            {{"out_dtype", "INT2"}, {"out_scale", 0.5}, {"out_bias", -1.0}},
            {{"t", Floats({3, 3}, {-1, 0, 1, -0.5f, 0, 0.5f, 0, 0.1f, 0.2f})}}),
      Alone("qonnx_thresholds_of_all", "MultiThreshold", {5}, {{"out_dtype", "UINT2"}},
            {{"t", Floats({1, 3}, {-1, 0, 1})}}),
      Alone("qonnx_thresholds_channels_last", "MultiThreshold", {4, 5, 2},
            {{"data_layout", "NHWC"}}, {{"t", Floats({2, 2}, {-1, 0, 0.1f, 1})}}),
      Alone("qonnx_float_of_one_step", "FloatQuant", {3, 4, 5}, {{"saturation", 1}},
            {{"s", Number(0.5f)},
             {"e", Number(1)},
             {"m", Number(2)},
             {"bias", Number(0)},
             {"most", Number(3)}}),
      Alone("qonnx_max_pool_channels_last", "MaxPool", {4, 5, 2},
            {{"kernel_shape", {2, 2}}, {"strides", {2, 1}}}, {}, kChannelsLast),
      Alone("qonnx_average_pool", "QuantAvgPool2d", {3, 4, 5},
            {{"kernel", 2}, {"stride", 1}, {"ibits", 4}, {"obits", 4}, {"signed", 1}}, {}),
      Alone("qonnx_average_pool_channels_last", "QuantAvgPool2d", {4, 5, 2},
            {{"kernel", 3}, {"stride", 2}, {"ibits", 4}, {"obits", 8}, {"data_layout", "NHWC"}},
            {}),
      {.name = "qonnx_conv_channels_last",
       .sample = {4, 5, 2},
       .nodes = {{"Conv",
                  {"x", "w"},
                  {{"kernel_shape", {2, 2}}, {"strides", {1, 1}}, {"dilations", {1, 1}}},
                  "y",
                  {},
                  kChannelsLast}},
       .weights = {{"w", {3, 2, 2, 2}}},
       .judge = Judge::kCanonical},
      {.name = "qonnx_float_weight",
       .sample = {4},
       .nodes = {{"FloatQuant",
                  {"w", "s", "e", "m", "bias", "most"},
                  {{"has_inf", 0}, {"has_nan", 0}, {"has_subnormal", 1}, {"saturation", 1}},
                  "q",
                  {},
                  kDomain},
                 {"MatMul", {"x", "q"}}},
       .weights = {{"w", {4, 3}}},
       .constants = {{"s", Floats({1, 3}, {0.1f, 0.2f, 0.05f})},
                     {"e", Number(3)},
                     {"m", Number(2)},
                     {"bias", Number(3)},
                     {"most", Number(28)}},
       .judge = Judge::kCanonical},
      {.name = "qonnx_xnor",
       .sample = {4},
       .nodes = {{"GreaterOrEqual", {"x", "zero"}, {}, "b"},
                 {"Where", {"b", "plus", "minus"}, {}, "h"},
                 {"Add", {"h", "plus"}, {}, "c"},
                 {"XnorPopcountMatMul", {"c", "w"}, {}, "y", {}, kDomain}},
       .constants = {{"zero", Number(0)},
                     {"plus", Number(0.5f)},
                     {"minus", Number(-0.5f)},
                     {"w", Floats({4, 3}, {0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1})}},
       .judge = Judge::kCanonical},
  };
  return cases;
}

}  // namespace dc
