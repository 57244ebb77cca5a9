// One value for all along some axes, and what combines the values along one axis.
#include <utility>

#include "op/operator.h"
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

// The axes as an attribute, or as an input.
OperatorCase Reduction(const std::string& name, const std::string& op, std::vector<int64_t> sample,
                       std::vector<int64_t> axes, bool as_input, int64_t opset,
                       Attributes attributes = {}) {
  OperatorCase row{.name = name, .opset = opset, .sample = std::move(sample)};
  row.nodes = {{"Sigmoid", {"x"}, {}, "s"}, {op, {"s"}, std::move(attributes)}};
  if (as_input) {
    row.nodes[1].inputs.push_back("axes");
    row.constants = {{"axes", Tensor::I64(axes)}};
  } else if (!axes.empty()) {
    Attribute list(0);
    list.value = axes;
    row.nodes[1].attributes.insert({"axes", list});
  }
  return row;
}

void AddReductions(const std::string& op, int64_t inputs_since, std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample,
                       std::vector<int64_t> axes, Attributes attributes = {}) {
    cases->push_back(Reduction(op + "_" + name, op, sample, axes, true, inputs_since, attributes));
    cases->push_back(Reduction(op + "_" + name + "_by_attribute", op, sample, axes, false,
                               inputs_since - 1, attributes));
  };
  add("of_planes", {3, 4, 5}, {2, 3});
  add("of_planes_from_the_end", {3, 4, 5}, {-2, -1}, {{"keepdims", 0}});
  add("of_channels", {3, 4, 5}, {1}, {{"keepdims", 0}});
  add("of_rows_and_channels", {3, 4, 5}, {3, 1});
  add("of_samples", {3, 4, 5}, {1, 2, 3}, {{"keepdims", 0}});
  add("of_vectors", {7}, {1});
  add("of_vectors_to_numbers", {7}, {-1}, {{"keepdims", 0}});
  cases->push_back(Reduction(op + "_opset_7", op, {3, 4, 5}, {2}, false, 7));
  OperatorCase nothing = Reduction(op + "_of_nothing", op, {7}, {}, false, inputs_since,
                                   {{"noop_with_empty_axes", 1}});
  nothing.judge = Judge::kCanonical;
  // Of the others ONNX has changed its mind on what they do then: nobody runs them.
  if (op::FindOperator(op) != nullptr) cases->push_back(nothing);
  cases->push_back(Reduction(op + "_of_something", op, {7}, {1}, true, inputs_since,
                             {{"noop_with_empty_axes", 1}}));
  OperatorCase all = Reduction(op + "_of_everything", op, {7}, {}, false, inputs_since);
  all.trained = all.executed = false;
  cases->push_back(all);
  OperatorCase batch = Reduction(op + "_of_the_batch", op, {7}, {0}, true, inputs_since);
  batch.trained = batch.executed = false;
  cases->push_back(batch);
}

// Places are integers: which of two is larger chooses what comes out.
OperatorCase Place(const std::string& name, const std::string& op, std::vector<int64_t> sample,
                   Attributes attributes, int64_t opset = 13) {
  OperatorCase row{.name = name, .opset = opset, .sample = std::move(sample)};
  row.nodes = {{"Floor", {"x"}, {}, "r"},  // so that several are the largest
               {op, {"r"}, attributes, "a"}, {"Cos", {"x"}, {}, "d"},
               {op, {"d"}, attributes, "b"}, {"Greater", {"a", "b"}, {}, "t"},
               {"Where", {"t", "yes", "no"}}};
  row.constants = {{"yes", Number(2.0f)}, {"no", Number(-3.0f)}};
  return row;
}

void AddPlaces(const std::string& op, std::vector<OperatorCase>* cases) {
  cases->push_back(Place(op + "_of_vectors", op, {7}, {{"axis", 1}}));
  cases->push_back(Place(op + "_of_channels", op, {3, 4, 5}, {{"axis", 1}, {"keepdims", 0}}));
  cases->push_back(Place(op + "_of_rows", op, {3, 4, 5}, {{"axis", -1}}));
  cases->push_back(Place(op + "_last", op, {3, 4, 5}, {{"axis", 2}, {"select_last_index", 1}}));
  cases->push_back(Place(op + "_opset_9", op, {7}, {{"axis", 1}, {"keepdims", 0}}, 9));
  OperatorCase batch = Place(op + "_of_the_batch", op, {7}, {});
  batch.trained = batch.executed = false;
  cases->push_back(batch);
}

OperatorCase Lp(const std::string& name, std::vector<int64_t> sample, Attributes attributes) {
  return {.name = "lp_normalization_" + name,
          .sample = std::move(sample),
          .nodes = {{"LpNormalization", {"x"}, std::move(attributes)}}};
}

OperatorCase CumSum(const std::string& name, std::vector<int64_t> sample, float axis,
                    Attributes attributes = {}, int64_t opset = 14) {
  const int64_t number = static_cast<int64_t>(axis);
  Tensor scalar = Tensor::I64({&number, 1});
  scalar.shape.clear();
  return {.name = "cum_sum_" + name,
          .opset = opset,
          .sample = std::move(sample),
          .nodes = {{"CumSum", {"x", "axis"}, std::move(attributes)}},
          .constants = {{"axis", scalar}}};
}

OperatorCase Hardmax(const std::string& name, std::vector<int64_t> sample, Attributes attributes,
                     int64_t opset = 13) {
  return {.name = "hardmax_" + name,
          .opset = opset,
          .sample = std::move(sample),
          .nodes = {{"Hardmax", {"x"}, std::move(attributes)}}};
}

}  // namespace

std::vector<OperatorCase> ReductionCases() {
  std::vector<OperatorCase> cases;
  AddReductions("ReduceSum", 13, &cases);
  for (const std::string op : {"ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1",
                               "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"}) {
    AddReductions(op, 18, &cases);
  }
  AddPlaces("ArgMax", &cases);
  AddPlaces("ArgMin", &cases);
  const std::vector<OperatorCase> more = {
      {.name = "log_sum_exp_of_large_values",
       .sample = {7},
       .nodes = {{"Mul", {"x", "c"}, {}, "m"}, {"ReduceLogSumExp", {"m"}, {{"axes", {1}}}}},
       .constants = {{"c", Number(100.0f)}}},
      {.name = "product_with_zeros",
       .sample = {3, 4, 5},
       .nodes = {{"ReduceProd", {"x"}, {{"axes", {1}}}}}},
      Lp("of_vectors", {7}, {}),
      Lp("of_channels", {3, 4, 5}, {{"axis", 1}}),
      Lp("by_sums", {3, 4, 5}, {{"axis", 2}, {"p", 1}}),
      Lp("by_sums_of_rows", {7}, {{"p", 1}}),
      CumSum("of_vectors", {7}, 1),
      CumSum("of_channels", {3, 4, 5}, 1, {{"exclusive", 1}}),
      CumSum("reverse", {3, 4, 5}, -2, {{"reverse", 1}}),
      CumSum("exclusive_reverse", {3, 4, 5}, 3, {{"exclusive", 1}, {"reverse", 1}}, 11),
      Hardmax("of_vectors", {7}, {}),
      Hardmax("of_channels", {3, 4, 5}, {{"axis", 1}}),
      Hardmax("of_rows", {3, 4, 5}, {{"axis", 2}}),
      Hardmax("opset_11", {7}, {}, 11),
      Hardmax("opset_11_inside", {3, 4, 5}, {{"axis", 2}}, 11),
      // A squeeze-and-excite gate, and a normalization of rows, in single nodes.
      {.name = "gate_of_means",
       .sample = {3, 4, 5},
       .nodes = {{"ReduceMean", {"x"}, {{"axes", {2, 3}}}, "m"},
                 {"Sigmoid", {"m"}, {}, "g"},
                 {"Mul", {"x", "g"}}}},
      {.name = "normalized_rows",
       .sample = {3, 8},
       .nodes = {{"ReduceMean", {"x"}, {{"axes", {-1}}}, "m"},
                 {"Sub", {"x", "m"}, {}, "c"},
                 {"Pow", {"c", "two"}, {}, "p"},
                 {"ReduceMean", {"p"}, {{"axes", {-1}}}, "v"},
                 {"Add", {"v", "epsilon"}, {}, "e"},
                 {"Sqrt", {"e"}, {}, "d"},
                 {"Div", {"c", "d"}, {}, "n"},
                 {"Mul", {"n", "scale"}, {}, "s"},
                 {"Add", {"s", "shift"}}},
       .weights = {{"scale", {8}, 1.0}, {"shift", {8}}},
       .constants = {{"two", Number(2.0f)}, {"epsilon", Number(1e-5f)}}},
  };
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

}  // namespace dc
