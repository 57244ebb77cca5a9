// Two operands or three that meet value by value, besides those of cases_of_arithmetic.cc.
#include <utility>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

// `op` of two operands, each an activation or a constant of every shape that broadcasts; what it
// computes is made a number of by `finish`.
class Pairs {
 public:
  Pairs(std::string name, std::string op, Attributes attributes = {}, int64_t opset = 13)
      : name_(std::move(name)),
        op_(std::move(op)),
        attributes_(std::move(attributes)),
        opset_(opset) {}

  // The operands are between 0 and 1, and between 0.3 and 2.5.
  Pairs& Positive() {
    positive_ = true;
    return *this;
  }
  // The result is a truth value.
  Pairs& Truth() {
    truth_ = true;
    return *this;
  }
  // The second operand alone broadcasts.
  Pairs& OneWay() {
    one_way_ = true;
    return *this;
  }

  void AddTo(std::vector<OperatorCase>* cases) const {
    cases->push_back(Row("activations", {3, 4, 5}, {{"Tanh", {"v"}, {}, "r"}}, "v", "r"));
    cases->push_back(
        Row("channel_gate", {3, 4, 5}, {{"GlobalAveragePool", {"v"}, {}, "r"}}, "v", "r"));
    if (!one_way_) {
      cases->push_back(
          Row("channel_gate_first", {3, 4, 5}, {{"GlobalMaxPool", {"v"}, {}, "r"}}, "r", "v"));
    }
    const std::vector<std::pair<std::string, std::vector<int64_t>>> shapes = {
        {"scalar", {}}, {"row", {5}}, {"channels", {3, 1, 1}}, {"sample", {1, 3, 4, 5}}};
    for (const auto& [name, shape] : shapes) {
      OperatorCase row = Row("constant_" + name, {3, 4, 5}, {}, "v", "c");
      row.weights = {{"c", shape, positive_ ? 1.4 : 0.2}};
      cases->push_back(row);
      if (one_way_) continue;
      row = Row("of_constant_" + name, {3, 4, 5}, {}, "c", "v");
      row.weights = {{"c", shape, positive_ ? 1.4 : 0.2}};
      cases->push_back(row);
    }
  }

 private:
  OperatorCase Row(const std::string& name, std::vector<int64_t> sample,
                   std::vector<CaseNode> nodes, const std::string& a, const std::string& b) const {
    OperatorCase row{.name = name_ + "_" + name, .opset = opset_, .sample = std::move(sample)};
    row.nodes = {{positive_ ? "Sigmoid" : "Identity", {"x"}, {}, "v"}};
    for (CaseNode& node : nodes) row.nodes.push_back(std::move(node));
    row.nodes.push_back({op_, {a, b}, attributes_, truth_ ? "t" : "y"});
    if (truth_) {
      row.nodes.push_back({"Where", {"t", "yes", "no"}});
      row.constants = {{"yes", Number(2.0f)}, {"no", Number(-3.0f)}};
    }
    return row;
  }

  std::string name_, op_;
  Attributes attributes_;
  int64_t opset_;
  bool positive_ = false, truth_ = false, one_way_ = false;
};

// Two truth values of x, and `op` of them.
OperatorCase Logic(const std::string& name, const std::string& op) {
  return {.name = name,
          .sample = {3, 4, 5},
          .nodes = {{"Greater", {"x", "low"}, {}, "a"},
                    {"Less", {"x", "high"}, {}, "b"},
                    {op, {"a", "b"}, {}, "t"},
                    {"Where", {"t", "x", "c"}}},
          .weights = {{"low", {4, 1}, -0.2}, {"high", {5}, 0.3}, {"c", {3, 1, 1}}}};
}

}  // namespace

std::vector<OperatorCase> PairCases() {
  std::vector<OperatorCase> cases;
  Pairs("pow", "Pow").Positive().AddTo(&cases);
  Pairs("max", "Max").AddTo(&cases);
  Pairs("min", "Min").AddTo(&cases);
  Pairs("mod", "Mod", {{"fmod", 1}}).Positive().AddTo(&cases);
  Pairs("prelu", "PRelu").OneWay().AddTo(&cases);
  Pairs("equal", "Equal").Truth().AddTo(&cases);
  Pairs("greater", "Greater").Truth().AddTo(&cases);
  Pairs("less", "Less").Truth().AddTo(&cases);
  Pairs("greater_or_equal", "GreaterOrEqual").Truth().AddTo(&cases);
  Pairs("less_or_equal", "LessOrEqual").Truth().AddTo(&cases);
  const std::vector<OperatorCase> more = {
      Logic("and", "And"),
      Logic("or", "Or"),
      Logic("xor", "Xor"),
      {.name = "pow_square",
       .sample = {9},
       .nodes = {{"Pow", {"x", "two"}}},
       .constants = {{"two", Number(2.0f)}}},
      {.name = "pow_square_by_an_integer",
       .sample = {9},
       .nodes = {{"Pow", {"x", "two"}}},
       .constants = {{"two", List({2})}}},
      {.name = "pow_of_integers_per_element",
       .sample = {3},
       .nodes = {{"Pow", {"x", "exponents"}}},
       .constants = {{"exponents", List({1, 2, 3})}}},
      {.name = "pow_cube_by_an_integer",
       .sample = {9},
       .nodes = {{"Pow", {"x", "three"}}},
       .constants = {{"three", List({3})}}},
      {.name = "pow_of_negative_values",
       .sample = {9},
       .nodes = {{"Pow", {"x", "c"}}},
       .constants = {{"c", Floats({9}, {3, -1, 0.5f, 0, 1, -2, 4, 1.5f, -3})}}},
      {.name = "pow_opset_7",
       .opset = 7,
       .sample = {9},
       .nodes = {{"Pow", {"x", "c"}}},
       .constants = {{"c", Number(3.0f)}}},
      // Whole numbers from -4 to 4, divided by 3 and by -3.
      {.name = "mod_of_integers",
       .sample = {9},
       .nodes = {{"ArgMax", {"x"}, {{"axis", 1}}, "a"},
                 {"Sub", {"a", "four"}, {}, "s"},
                 {"Mod", {"s", "divisors"}, {}, "m"},
                 {"Equal", {"m", "one"}, {}, "t"},
                 {"Where", {"t", "x", "c"}}},
       .weights = {{"c", {9}}},
       .constants = {{"four", List({4})},
                     {"one", List({1})},
                     {"divisors", List({3, 3, 3, 3, 3, -3, -3, -3, -3})}}},
      {.name = "mod_of_floats",
       .sample = {9},
       .nodes = {{"Mod", {"x", "c"}}},
       .weights = {{"c", {9}}},
       .trained = false,
       .executed = false,
       .judge = Judge::kOverruled},
      {.name = "max_of_one", .sample = {9}, .nodes = {{"Max", {"x"}}}},
      {.name = "max_of_three",
       .sample = {3, 4, 5},
       .nodes = {{"Tanh", {"x"}, {}, "r"}, {"Max", {"x", "c", "r"}}},
       .weights = {{"c", {4, 1}}}},
      {.name = "min_of_four",
       .opset = 8,
       .sample = {3, 4, 5},
       .nodes = {{"Tanh", {"x"}, {}, "r"}, {"Min", {"x", "c", "r", "d"}}},
       .weights = {{"c", {4, 1}}, {"d", {3, 1, 1}}}},
      {.name = "sum_of_one", .sample = {9}, .nodes = {{"Sum", {"x"}}}},
      {.name = "sum_of_three",
       .sample = {3, 4, 5},
       .nodes = {{"Tanh", {"x"}, {}, "r"}, {"Sum", {"x", "c", "r"}}},
       .weights = {{"c", {4, 1}}}},
      {.name = "sum_opset_7",
       .opset = 7,
       .sample = {9},
       .nodes = {{"Tanh", {"x"}, {}, "r"}, {"Sum", {"x", "r", "x"}}}},
      {.name = "mean_of_one", .sample = {9}, .nodes = {{"Mean", {"x"}}}},
      {.name = "mean_of_three",
       .sample = {3, 4, 5},
       .nodes = {{"Tanh", {"x"}, {}, "r"}, {"Mean", {"x", "c", "r"}}},
       .weights = {{"c", {4, 1}}}},
      {.name = "prelu_of_rows",
       .sample = {9},
       .nodes = {{"PRelu", {"x", "slope"}}},
       .weights = {{"slope", {9}, 0.25}}},
      {.name = "prelu_opset_7",
       .opset = 7,
       .sample = {3, 4, 5},
       .nodes = {{"PRelu", {"x", "slope"}}},
       .weights = {{"slope", {3, 1, 1}, 0.25}}},
      {.name = "prelu_opset_16",
       .opset = 16,
       .sample = {3, 4, 5},
       .nodes = {{"PRelu", {"x", "slope"}}},
       .weights = {{"slope", {1}, 0.25}}},
      {.name = "where_of_activations",
       .sample = {3, 4, 5},
       .nodes = {{"Greater", {"x", "zero"}, {}, "t"},
                 {"GlobalAveragePool", {"x"}, {}, "g"},
                 {"Where", {"t", "g", "x"}}},
       .constants = {{"zero", Number(0.0f)}}},
      {.name = "where_one_condition_for_a_channel",
       .sample = {3, 4, 5},
       .nodes = {{"GlobalAveragePool", {"x"}, {}, "g"},
                 {"Greater", {"g", "zero"}, {}, "t"},
                 {"Where", {"t", "x", "c"}}},
       .weights = {{"c", {4, 5}}},
       .constants = {{"zero", Number(0.0f)}}},
      {.name = "where_of_constants",
       .sample = {3, 4, 5},
       .nodes = {{"Greater", {"x", "zero"}, {}, "t"}, {"Where", {"t", "a", "b"}}},
       .weights = {{"a", {4, 1}}, {"b", {5}}},
       .constants = {{"zero", Number(0.0f)}}},
      {.name = "clamp_by_a_gate",
       .sample = {7},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Min", {"x", "m"}}},
       .weights = {{"w", {7, 1}}}},
  };
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace dc
