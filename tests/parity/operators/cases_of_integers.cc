// Integer operators, and numbers of few bits with scales by block.
#include <utility>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

constexpr const char* kMicrosoft = "com.microsoft";

Tensor Int32(std::vector<int64_t> shape, const std::vector<int32_t>& values) {
  Tensor tensor = Tensor::Zeros(DataType::kInt32, std::move(shape));
  std::copy(values.begin(), values.end(), tensor.data<int32_t>().begin());
  return tensor;
}

// `count` numbers of `type` all over its range, the same for every run.
Tensor Spread(DataType type, std::vector<int64_t> shape, int low, int high) {
  Tensor tensor = Tensor::Zeros(type, std::move(shape));
  int number = 7;
  for (int64_t i = 0; i < tensor.size(); ++i) {
    number = (number * 37 + 11) % 251;
    const int value = low + number % (high - low + 1);
    if (SizeOf(type) == 1) {
      tensor.bytes[static_cast<size_t>(i)] = static_cast<uint8_t>(value);
    } else {
      tensor.data<uint16_t>()[static_cast<size_t>(i)] = static_cast<uint16_t>(value);
    }
  }
  return tensor;
}

// x -> QuantizeLinear -> `nodes`, which read q and write r -> DequantizeLinear.
OperatorCase Core(const std::string& name, std::vector<int64_t> sample, std::vector<CaseNode> nodes,
                  std::vector<std::pair<std::string, Tensor>> constants) {
  OperatorCase row{.name = name, .sample = std::move(sample)};
  row.constants = {{"xs", Number(0.02f)},
                   {"xz", Codes({}, {117})},
                   {"ys", Number(0.0437f)},
                   {"yz", Codes({}, {101})}};
  for (auto& each : constants) row.constants.push_back(std::move(each));
  row.nodes = {{"QuantizeLinear", {"x", "xs", "xz"}, {}, "q"}};
  for (CaseNode& node : nodes) row.nodes.push_back(std::move(node));
  row.nodes.push_back({"DequantizeLinear", {"r", "ys", "yz"}});
  return row;
}

OperatorCase Saturating(OperatorCase row) {
  row.saturates = true;
  return row;
}

OperatorCase Function(const std::string& name, const std::string& op, Attributes attributes = {},
                      std::vector<std::string> inputs = {"q", "xs", "xz", "ys", "yz"}) {
  return Core(name, {3, 4, 5},
              {{op, std::move(inputs), std::move(attributes), "r", {}, kMicrosoft}}, {});
}

// A matrix of few bits with a scale for every block of a row.
OperatorCase Bits(const std::string& name, int bits, bool zeros, Judge judge) {
  OperatorCase row{.name = name, .sample = {20}, .judge = judge};
  const int64_t bytes = 16 * bits / 8;
  row.constants = {{"w", Spread(DataType::kUint8, {3, 2, bytes}, 0, 250)},
                   {"s", Floats({6}, {0.1f, 0.2f, 0.03f, 0.04f, 0.5f, 0.06f})}};
  std::vector<std::string> inputs = {"x", "w", "s"};
  if (zeros) {
    inputs.push_back("z");
    row.constants.push_back({"z", Spread(DataType::kUint8, {3 * ((2 * bits + 7) / 8)}, 0, 250)});
  }
  row.nodes = {{"MatMulNBits",
                inputs,
                {{"K", 20}, {"N", 3}, {"bits", bits}, {"block_size", 16}},
                "y",
                {},
                kMicrosoft}};
  return row;
}

OperatorCase Blocked(const std::string& name, DataType type, int low, int high, int block,
                     Judge judge = Judge::kAgrees) {
  return {
      .name = name,
      .opset = 21,
      .sample = {5},
      .nodes = {{"DequantizeLinear", {"w", "s", "z"}, {{"axis", 0}, {"block_size", block}}, "d"},
                {"MatMul", {"x", "d"}}},
      .constants = {{"w", Spread(type, {5, 3}, low, high)},
                    {"s", Floats({(5 + block - 1) / block, 3},
                                 block == 2 ? std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9}
                                            : std::vector<float>{.1f, .2f, .3f, .4f, .5f, .6f})},
                    {"z", Spread(type, {(5 + block - 1) / block, 3}, low, high)}},
      .judge = judge};
}

OperatorCase FewBits(const std::string& name, DataType type, int low, int high, Judge judge) {
  return {
      .name = name,
      .opset = 21,
      .sample = {5},
      .nodes = {{"DequantizeLinear", {"w", "s"}, {{"axis", 1}}, "d"}, {"MatMul", {"x", "d"}}},
      .constants = {{"w", Spread(type, {5, 3}, low, high)}, {"s", Floats({3}, {0.1f, 0.2f, 0.3f})}},
      .judge = judge};
}

}  // namespace

std::vector<OperatorCase> IntegerCases() {
  const auto int8 = DataType::kInt8;
  const Tensor conv_weights = Spread(int8, {4, 3, 2, 2}, -120, 120);
  std::vector<OperatorCase> cases = {
      Saturating(Core("qlinear_conv", {3, 4, 5},
                      {{"QLinearConv",
                        {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"},
                        {{"kernel_shape", {2, 2}}, {"pads", {1, 0, 0, 1}}},
                        "r"}},
                      {{"w", conv_weights},
                       {"ws", Floats({4}, {0.011f, 0.0032f, 0.0243f, 0.0057f})},
                       {"wz", Spread(int8, {4}, 0, 0)},
                       {"b", Int32({4}, {1000, -20000, 12345, 7})}})),
      Core("qlinear_conv_groups", {4, 4, 5},
           {{"QLinearConv",
             {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz"},
             {{"kernel_shape", {2, 2}}, {"group", 2}, {"auto_pad", "SAME_UPPER"}},
             "r"}},
           {{"w", Spread(DataType::kUint8, {4, 2, 2, 2}, 0, 250)},
            {"ws", Number(0.013f)},
            {"wz", Codes({}, {128})}}),
      Core("qlinear_matmul", {6},
           {{"QLinearMatMul", {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz"}, {}, "r"}},
           {{"w", Spread(int8, {6, 3}, -120, 120)},
            {"ws", Floats({3}, {0.011f, 0.0032f, 0.0243f})},
            {"wz", Spread(int8, {3}, -3, 5)}}),
      Core("qlinear_matmul_of_values", {4, 4},
           {{"QLinearMatMul", {"q", "xs", "xz", "q", "xs", "xz", "ys", "yz"}, {}, "r"}}, {}),
      Saturating(Core("qgemm", {6},
                      {{"QGemm",
                        {"q", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"},
                        {{"transB", 1}, {"alpha", 0.5}},
                        "r",
                        {},
                        kMicrosoft}},
                      {{"w", Spread(int8, {3, 6}, -120, 120)},
                       {"ws", Floats({3}, {0.011f, 0.0032f, 0.0243f})},
                       {"wz", Spread(int8, {3}, 0, 0)},
                       {"b", Int32({3}, {1000, -2000, 123})}})),
      {.name = "qgemm_to_floats",
       .sample = {6},
       .nodes =
           {{"QuantizeLinear", {"x", "xs", "xz"}, {}, "q"},
            {"QGemm", {"q", "xs", "xz", "w", "ws", "wz"}, {{"transA", 0}}, "y", {}, kMicrosoft}},
       .constants = {{"xs", Number(0.02f)},
                     {"xz", Codes({}, {117})},
                     {"w", Spread(int8, {6, 3}, -120, 120)},
                     {"ws", Number(0.011f)},
                     {"wz", Spread(int8, {}, 2, 2)}}},
      // A pooling and a reshape between whole numbers.
      Saturating(
          Core("qlinear_conv_pooled", {3, 4, 5},
               {{"QLinearConv",
                 {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz"},
                 {{"kernel_shape", {2, 2}}},
                 "c"},
                {"MaxPool", {"c"}, {{"kernel_shape", {2, 2}}}, "p"},
                {"Flatten", {"p"}, {}, "r"}},
               {{"w", conv_weights}, {"ws", Number(0.013f)}, {"wz", Spread(int8, {}, 0, 0)}})),
      // Its consumer has another grid than its producer.
      Core("qdq_moved", {3, 4, 5},
           {{"Transpose", {"q"}, {{"perm", {0, 2, 3, 1}}}, "t"}, {"Identity", {"t"}, {}, "r"}}, {}),
      {.name = "conv_integer",
       .sample = {3, 4, 5},
       .nodes = {{"QuantizeLinear", {"x", "xs", "xz"}, {}, "q"},
                 {"ConvInteger", {"q", "w", "xz"}, {{"pads", {1, 1, 1, 1}}}, "i"},
                 {"Cast", {"i"}, {{"to", 1}}, "f"},
                 {"Mul", {"f", "scale"}}},
       .constants = {{"xs", Number(0.02f)},
                     {"xz", Codes({}, {117})},
                     {"w", Spread(DataType::kUint8, {4, 3, 2, 2}, 0, 250)},
                     {"scale", Number(0.0003f)}}},
      {.name = "matmul_integer",
       .sample = {6},
       .nodes = {{"QuantizeLinear", {"x", "xs", "xz"}, {}, "q"},
                 {"MatMulInteger", {"q", "w", "xz", "wz"}, {}, "i"},
                 {"Cast", {"i"}, {{"to", 1}}, "f"},
                 {"Mul", {"f", "scale"}}},
       .constants = {{"xs", Number(0.02f)},
                     {"xz", Codes({}, {117})},
                     {"w", Spread(int8, {6, 3}, -120, 120)},
                     {"wz", Spread(int8, {3}, -3, 5)},
                     {"scale", Floats({3}, {0.0003f, 0.0002f, 0.0005f})}}},
      {.name = "dynamic_quantize",
       .sample = {6},
       .nodes = {{"DynamicQuantizeLinear", {"x"}, {}, "q", {"s", "z"}},
                 {"MatMulInteger", {"q", "w", "z", "wz"}, {}, "i"},
                 {"Cast", {"i"}, {{"to", 1}}, "f"},
                 {"Mul", {"s", "ws"}, {}, "scale"},
                 {"Mul", {"f", "scale"}}},
       .constants = {{"w", Spread(int8, {6, 3}, -120, 120)},
                     {"wz", Spread(int8, {}, 3, 3)},
                     {"ws", Number(0.011f)}},
       .trained = false,
       .fixed_batch = 3},
      // Of one sample: samples stay apart.
      {.name = "dynamic_quantize_one_sample",
       .sample = {2, 6},
       .nodes = {{"DynamicQuantizeLinear", {"x"}, {}, "q", {"s", "z"}},
                 {"MatMulInteger", {"q", "w", "z"}, {}, "i"},
                 {"Cast", {"i"}, {{"to", 1}}, "f"},
                 {"Mul", {"s", "ws"}, {}, "scale"},
                 {"Mul", {"f", "scale"}}},
       .constants = {{"w", Spread(int8, {6, 3}, -120, 120)},
                     {"ws", Floats({3}, {0.011f, 0.02f, 0.03f})}},
       .fixed_batch = 1},
      {.name = "dynamic_quantize_dequantized",
       .sample = {6},
       .nodes = {{"DynamicQuantizeLinear", {"x"}, {}, "q", {"s", "z"}},
                 {"DequantizeLinear", {"q", "s", "z"}}},
       .trained = false,
       .fixed_batch = 3},
      Core(
          "qlinear_add", {3, 4, 5},
          {{"QLinearAdd", {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz"}, {}, "r", {}, kMicrosoft}},
          {{"w", Spread(DataType::kUint8, {4, 5}, 0, 250)},
           {"ws", Number(0.031f)},
           {"wz", Codes({}, {128})}}),
      Core(
          "qlinear_mul", {3, 4, 5},
          {{"QLinearMul", {"q", "xs", "xz", "w", "ws", "wz", "ys", "yz"}, {}, "r", {}, kMicrosoft}},
          {{"w", Spread(DataType::kUint8, {4, 5}, 0, 250)},
           {"ws", Number(0.0313f)},
           {"wz", Codes({}, {128})}}),
      Core("qlinear_concat", {3, 4, 5},
           {{"QLinearConcat",
             {"ys", "yz", "q", "xs", "xz", "q", "xs", "xz"},
             {{"axis", 1}},
             "r",
             {},
             kMicrosoft}},
           {}),
      Function("qlinear_sigmoid", "QLinearSigmoid"),
      Function("qlinear_leaky_relu", "QLinearLeakyRelu", {{"alpha", 0.1}}),
      Function("qlinear_global_average_pool", "QLinearGlobalAveragePool", {{"channels_last", 0}}),
      Function("qlinear_global_average_pool_channels_last", "QLinearGlobalAveragePool",
               {{"channels_last", 1}}),
      Function("qlinear_average_pool", "QLinearAveragePool",
               {{"kernel_shape", {2, 2}}, {"pads", {1, 0, 1, 0}}, {"strides", {1, 2}}}),
      Bits("matmul_4_bits", 4, false, Judge::kAgrees),
      Bits("matmul_4_bits_zero_points", 4, true, Judge::kAgrees),
      Bits("matmul_2_bits", 2, true, Judge::kCanonical),
      Bits("matmul_8_bits", 8, true, Judge::kCanonical),
      Blocked("blocked_int8", int8, -120, 120, 3),
      Blocked("blocked_uint8", DataType::kUint8, 0, 250, 2),
      Blocked("blocked_int4_ragged", DataType::kInt4, -8, 7, 3),
      FewBits("int4", DataType::kInt4, -8, 7, Judge::kAgrees),
      FewBits("uint4", DataType::kUint4, 0, 15, Judge::kAgrees),
      FewBits("int16", DataType::kInt16, -100, 120, Judge::kAgrees),
      FewBits("uint16", DataType::kUint16, 0, 250, Judge::kAgrees),
      FewBits("int2", DataType::kInt2, -2, 1, Judge::kCanonical),
      FewBits("uint2", DataType::kUint2, 0, 3, Judge::kCanonical),
  };
  OperatorCase softmax = Core("qlinear_softmax", {6},
                              {{"QLinearSoftmax",
                                {"q", "xs", "xz", "os", "oz"},
                                {{"axis", -1}, {"opset", 13}},
                                "o",
                                {},
                                kMicrosoft}},
                              {{"os", Number(1.0f / 256)}, {"oz", Codes({}, {0})}});
  softmax.nodes.back() = {"DequantizeLinear", {"o", "os", "oz"}};
  softmax.tolerance = 0.02;  // ONNX Runtime looks exponentials up: one step of the grid
  cases.push_back(std::move(softmax));
  return cases;
}

}  // namespace dc
