// Functions of one value.
#include <utility>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

// What an operand of every function is to be: all numbers, those between 0 and 1, those between 1
// and 2.
enum class Domain { kAll, kUnit, kAboveOne };

OperatorCase Function(const std::string& name, const std::string& op, Domain domain = Domain::kAll,
                      Attributes attributes = {}, int64_t opset = 13) {
  OperatorCase row{.name = "function_" + name, .opset = opset, .sample = {3, 4, 5}};
  std::string x = "x";
  if (domain != Domain::kAll) {
    row.nodes.push_back({"Sigmoid", {"x"}, {}, "s"});
    x = "s";
  }
  if (domain == Domain::kAboveOne) {
    row.nodes.push_back({"Add", {"s", "one"}, {}, "a"});
    row.constants = {{"one", Number(1.0f)}};
    x = "a";
  }
  row.nodes.push_back({op, {x}, std::move(attributes)});
  return row;
}

// A truth value of every number of v = (log x)^3, infinite for 0 and NaN for negative ones: it
// chooses between two constants.
OperatorCase Truth(const std::string& name, const std::string& op, Attributes attributes = {}) {
  return {.name = "function_" + name,
          .sample = {9},
          .nodes = {{"Log", {"x"}, {}, "l"},
                    {"Mul", {"l", "l"}, {}, "m"},
                    {"Mul", {"m", "sign"}, {}, "v"},
                    {op, {"v"}, std::move(attributes), "t"},
                    {"Where", {"t", "yes", "no"}}},
          .constants = {{"yes", Number(2.0f)},
                        {"no", Number(-3.0f)},
                        {"sign", Floats({9}, {1, -1, 1, 1, -1, -1, 1, -1, 1})}}};
}

}  // namespace

std::vector<OperatorCase> FunctionCases() {
  std::vector<OperatorCase> cases = {
      Function("abs", "Abs"),
      Function("neg", "Neg"),
      Function("exp", "Exp"),
      Function("log", "Log", Domain::kUnit),
      Function("log_of_all", "Log"),
      Function("sqrt", "Sqrt", Domain::kUnit),
      Function("sqrt_of_all", "Sqrt"),
      Function("reciprocal", "Reciprocal", Domain::kUnit),
      Function("reciprocal_of_all", "Reciprocal"),
      Function("erf", "Erf"),
      Function("floor", "Floor"),
      Function("ceil", "Ceil"),
      Function("sign", "Sign"),
      Function("sin", "Sin"),
      Function("cos", "Cos"),
      Function("tan", "Tan", Domain::kUnit),
      Function("asin", "Asin", Domain::kUnit),
      Function("asin_of_all", "Asin"),
      Function("acos", "Acos", Domain::kUnit),
      Function("atan", "Atan"),
      Function("sinh", "Sinh"),
      Function("cosh", "Cosh"),
      Function("asinh", "Asinh"),
      Function("acosh", "Acosh", Domain::kAboveOne),
      Function("acosh_of_all", "Acosh"),
      Function("atanh", "Atanh", Domain::kUnit),
      Function("softplus", "Softplus"),
      Function("softsign", "Softsign"),
      Function("selu", "Selu"),
      Function("selu_alpha", "Selu", Domain::kAll, {{"alpha", 2.5}}),
      Function("selu_gamma", "Selu", Domain::kAll, {{"alpha", 1.5}, {"gamma", 0.75}}),
      Function("celu", "Celu"),
      Function("celu_alpha", "Celu", Domain::kAll, {{"alpha", 0.25}}),
      Function("hard_sigmoid", "HardSigmoid"),
      Function("hard_sigmoid_alpha", "HardSigmoid", Domain::kAll, {{"alpha", 0.75}}),
      Function("hard_sigmoid_beta", "HardSigmoid", Domain::kAll, {{"alpha", -0.5}, {"beta", 0.25}}),
      Function("gelu", "Gelu", Domain::kAll, {}, 20),
      Function("gelu_tanh", "Gelu", Domain::kAll, {{"approximate", "tanh"}}, 20),
      Function("gelu_none", "Gelu", Domain::kAll, {{"approximate", "none"}}, 20),
      Function("mish", "Mish", Domain::kAll, {}, 18),
      Function("thresholded_relu", "ThresholdedRelu"),
      Function("thresholded_relu_alpha", "ThresholdedRelu", Domain::kAll, {{"alpha", -0.25}}),
      Function("shrink", "Shrink"),
      Function("shrink_bias", "Shrink", Domain::kAll, {{"bias", 0.25}}),
      Function("shrink_lambd", "Shrink", Domain::kAll, {{"bias", 1.5}, {"lambd", 1.25}}),
      Truth("is_nan", "IsNaN"),
      Truth("is_inf", "IsInf"),
      Truth("is_positive_inf", "IsInf", {{"detect_negative", 0}}),
      Truth("is_negative_inf", "IsInf", {{"detect_positive", 0}}),
      {.name = "function_not",
       .sample = {9},
       .nodes = {{"IsNaN", {"l"}, {}, "t"}, {"Not", {"t"}, {}, "n"}, {"Where", {"n", "x", "l"}}}},
      {.name = "function_round",
       .sample = {9},
       .nodes = {{"Mul", {"x", "three"}, {}, "m"}, {"Round", {"m"}}},
       .constants = {{"three", Number(3.0f)}}},
      // Whole numbers and halves.
      {.name = "function_round_of_halves",
       .sample = {9},
       .nodes = {{"Mul", {"x", "three"}, {}, "m"},
                 {"Floor", {"m"}, {}, "f"},
                 {"Mul", {"f", "half"}, {}, "h"},
                 {"Round", {"h"}}},
       .constants = {{"three", Number(3.0f)}, {"half", Number(0.5f)}}},
      {.name = "function_softplus_of_large_values",
       .sample = {9},
       .nodes = {{"Mul", {"x", "c"}, {}, "m"}, {"Softplus", {"m"}}},
       .constants = {{"c", Number(200.0f)}}},
      {.name = "function_mish_of_large_values",
       .opset = 18,
       .sample = {9},
       .nodes = {{"Mul", {"x", "c"}, {}, "m"}, {"Mish", {"m"}}},
       .constants = {{"c", Number(60.0f)}}},
      // x sigmoid(x), x sigmoid(1.702 x), and Gelu as exporters before opset 20 write it.
      {.name = "function_swish",
       .sample = {3, 4, 5},
       .nodes = {{"Sigmoid", {"x"}, {}, "s"}, {"Mul", {"x", "s"}}}},
      {.name = "function_gelu_in_several_nodes",
       .sample = {3, 4, 5},
       .nodes = {{"Div", {"x", "root"}, {}, "d"},
                 {"Erf", {"d"}, {}, "e"},
                 {"Add", {"e", "one"}, {}, "a"},
                 {"Mul", {"x", "a"}, {}, "m"},
                 {"Mul", {"m", "half"}}},
       .constants = {{"root", Number(1.41421354f)}, {"one", Number(1)}, {"half", Number(0.5f)}}},
      {.name = "function_opset_7", .opset = 7, .sample = {9}, .nodes = {{"Softplus", {"x"}}}},
  };
  for (OperatorCase& row : cases) {
    if (row.name == "function_not") row.nodes.insert(row.nodes.begin(), {"Log", {"x"}, {}, "l"});
  }
  return cases;
}

}  // namespace dc
