// Sums, differences and products of two operands.
#include <algorithm>
#include <utility>

#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

// Division needs a divisor that is never 0: it gets a value between 0 and 1 in place of x.
OperatorCase WithoutZeros(const std::string& op, OperatorCase row) {
  if (op != "Div") return row;
  for (CaseNode& node : row.nodes) {
    std::replace(node.inputs.begin(), node.inputs.end(), std::string("x"), std::string("positive"));
  }
  row.nodes.insert(row.nodes.begin(), {"Sigmoid", {"x"}, {}, "positive"});
  return row;
}

// A constant of each shape that broadcasts, on either side.
void AddConstants(const std::string& op, std::vector<OperatorCase>* cases) {
  const std::vector<std::pair<std::string, std::vector<int64_t>>> shapes = {
      {"scalar", {}},
      {"one", {1}},
      {"row", {5}},
      {"plane", {4, 5}},
      {"columns", {4, 1}},
      {"channels", {3, 1, 1}},
      {"channels_with_batch", {1, 3, 1, 1}},
      {"sample", {3, 4, 5}},
  };
  for (const auto& [name, shape] : shapes) {
    for (const bool first : {false, true}) {
      OperatorCase row{.name = op + (first ? "_of_constant_" : "_constant_") + name,
                       .sample = {3, 4, 5},
                       .nodes = {{op, {"x", "c"}}},
                       .weights = {{"c", shape, 0.5}}};
      if (first) std::swap(row.nodes[0].inputs[0], row.nodes[0].inputs[1]);
      cases->push_back(WithoutZeros(op, row));
    }
  }
}

void AddPairs(const std::string& op, std::vector<OperatorCase>* cases) {
  const std::vector<OperatorCase> rows = {
      {.name = "of_rows", .sample = {7}, .nodes = {{"Sigmoid", {"x"}, {}, "r"}, {op, {"x", "r"}}}},
      {.name = "of_images",
       .sample = {3, 4, 5},
       .nodes = {{"Sigmoid", {"x"}, {}, "r"}, {op, {"r", "x"}}}},
      {.name = "of_one_value", .sample = {7}, .nodes = {{op, {"x", "x"}}}},
      {.name = "row_constant",
       .sample = {7},
       .nodes = {{op, {"x", "c"}}},
       .weights = {{"c", {7}, 0.5}}},
      // A gate of each channel, and of each pixel.
      {.name = "channel_gate",
       .sample = {3, 4, 5},
       .nodes = {{"GlobalAveragePool", {"x"}, {}, "g"}, {op, {"x", "g"}}}},
      {.name = "channel_gate_first",
       .sample = {3, 4, 5},
       .nodes = {{"GlobalAveragePool", {"x"}, {}, "g"}, {op, {"g", "x"}}}},
      {.name = "gates_of_both_kinds",
       .sample = {3, 4, 5},
       .nodes = {{"GlobalAveragePool", {"x"}, {}, "g"},
                 {"Conv", {"x", "w"}, {}, "p"},
                 {op, {"p", "g"}}},
       .weights = {{"w", {1, 3, 1, 1}, 1.5}}},
      {.name = "one_value_gate",
       .sample = {7},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Sigmoid", {"m"}, {}, "g"}, {op, {"x", "g"}}},
       .weights = {{"w", {7, 1}}}},
      {.name = "constant_wider_than_the_value",
       .sample = {3, 1, 5},
       .nodes = {{op, {"x", "c"}}},
       .weights = {{"c", {4, 1}, 0.5}}},
      // Dimensions meet from the last: the batch of the second operand meets another dimension.
      {.name = "across_the_batch",
       .sample = {17, 4},
       .nodes = {{"Flatten", {"x"}, {}, "f"}, {"MatMul", {"f", "w"}, {}, "m"}, {op, {"x", "m"}}},
       .weights = {{"w", {68, 4}, 0.5}},
       .trained = false,
       .fixed_batch = 17},
  };
  for (OperatorCase row : rows) {
    row.name = op + "_" + row.name;
    cases->push_back(WithoutZeros(op, std::move(row)));
  }
}

}  // namespace

std::vector<OperatorCase> ArithmeticCases() {
  std::vector<OperatorCase> cases = {
      {.name = "add_opset_7",
       .opset = 7,
       .sample = {3, 4, 5},
       .nodes = {{"Add", {"x", "c"}}},
       .weights = {{"c", {3, 1, 1}}}},
      {.name = "add_a_constant_node",
       .sample = {2},
       .nodes = {{"Constant", {}, {{"value", Floats({2}, {0.5f, -1.5f})}}, "c"},
                 {"Add", {"x", "c"}}}},
      {.name = "scale_and_shift",
       .sample = {3, 4, 5},
       .nodes = {{"Mul", {"x", "s"}, {}, "m"}, {"Add", {"m", "t"}, {}, "a"}, {"Relu", {"a"}}},
       .weights = {{"s", {3, 1, 1}, 1.0}, {"t", {3, 1, 1}}}},
  };
  for (const std::string op : {"Add", "Mul", "Sub", "Div"}) {
    AddConstants(op, &cases);
    AddPairs(op, &cases);
  }
  return cases;
}

}  // namespace dc
