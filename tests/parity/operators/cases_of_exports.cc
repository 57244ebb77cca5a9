// What exporters write around a batch that is free, and in place of padding.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

// The batch of `value`, whose dimension `axis` it is, as a list of one number: "n".
void AddBatch(const std::string& value, OperatorCase* row) {
  row->nodes.push_back({"Shape", {value}, {}, "sizes_of_x"});
  row->nodes.push_back({"Gather", {"sizes_of_x", "first"}, {}, "n"});
  row->constants.push_back({"first", List({0})});
}

// The output projection of multi-head attention: 6 steps, 2 heads of 3 numbers in the batch, which
// are joined, flattened with samples in turns, multiplied and restored.
OperatorCase Attention(const std::string& name, int64_t turned, bool bias) {
  OperatorCase row{.name = "attention_" + name, .sample = {6, 6}};
  row.constants = {
      {"to_heads", List({6, -1, 3})}, {"to_rows", List({-1, 6})}, {"to_steps", List({6, -1, 5})}};
  row.weights = {{"w", turned != 0 ? std::vector<int64_t>{5, 6} : std::vector<int64_t>{6, 5}}};
  row.nodes = {{"Transpose", {"x"}, {{"perm", {1, 0, 2}}}, "steps"},
               {"Reshape", {"steps", "to_heads"}, {}, "heads"},
               {"Tanh", {"heads"}, {}, "context"},
               {"Reshape", {"context", "to_rows"}, {}, "rows"},
               {"Gemm", {"rows", "w"}, {{"transB", static_cast<int>(turned)}}, "products"},
               {"Reshape", {"products", "to_steps"}, {}, "restored"},
               {"Transpose", {"restored"}, {{"perm", {1, 0, 2}}}}};
  if (bias) {
    row.nodes[4].inputs.push_back("b");
    row.weights.push_back({"b", {5}});
  }
  return row;
}

// A GRU whose initial state is filled for each sample.
OperatorCase State(const std::string& name, float value) {
  OperatorCase row{.name = "state_of_" + name, .opset = 14, .sample = {6, 5}};
  AddBatch("x", &row);
  row.nodes.push_back({"Concat", {"one", "n", "units"}, {{"axis", 0}}, "sizes"});
  row.nodes.push_back(
      {"ConstantOfShape", {"sizes"}, {{"value", Tensor::F32({1}, {&value, 1})}}, "state"});
  row.nodes.push_back({"Transpose", {"x"}, {{"perm", {1, 0, 2}}}, "steps"});
  row.nodes.push_back({"GRU", {"steps", "w", "r", "b", "", "state"}, {{"hidden_size", 4}}, "all"});
  row.nodes.push_back({"Transpose", {"all"}, {{"perm", {2, 0, 1, 3}}}});
  row.constants.push_back({"one", List({1})});
  row.constants.push_back({"units", List({4})});
  row.weights = {{"w", {1, 12, 5}}, {"r", {1, 12, 4}}, {"b", {1, 24}}};
  row.trained = false;
  row.executed = value == 0;
  row.tolerance = 5e-5;
  return row;
}

OperatorCase Einsum(const std::string& name, const std::string& equation,
                    std::vector<int64_t> weight) {
  OperatorCase row{.name = "einsum_" + name, .sample = {3, 2, 4}};
  row.nodes = {{"Tanh", {"x"}, {}, "t"},
               {"Einsum", {"x", weight.empty() ? "t" : "w"}, {{"equation", equation.c_str()}}}};
  if (!weight.empty()) row.weights = {{"w", std::move(weight)}};
  return row;
}

// 2 windows of 3 positions, the last of which are set apart by assignment; differences of all
// pairs.
OperatorCase Mask() {
  OperatorCase row{.name = "mask_by_assignment", .sample = {2, 3, 3}};
  Tensor places = List({0, 2, 1, 1});
  places.shape = {2, 2};
  row.constants = {
      {"sizes", List({2, 3})}, {"places", places}, {"axis1", List({1})}, {"axis2", List({2})}};
  row.weights = {{"set", {2}}};
  row.nodes = {{"ConstantOfShape", {"sizes"}, {}, "zeros"},
               {"ScatterND", {"zeros", "places", "set"}, {}, "regions"},
               {"Unsqueeze", {"regions", "axis1"}, {}, "columns"},
               {"Unsqueeze", {"regions", "axis2"}, {}, "rows"},
               {"Sub", {"columns", "rows"}, {}, "mask"},
               {"Add", {"x", "mask"}}};
  return row;
}

// torch's expand(n, -1): sizes of -1 stay what they are.
OperatorCase Token() {
  OperatorCase row{.name = "token_of_each_sample", .sample = {3, 4}};
  AddBatch("x", &row);
  row.nodes.push_back({"Concat", {"n", "stay"}, {{"axis", 0}}, "listed"});
  row.nodes.push_back({"Shape", {"listed"}, {}, "rank"});
  row.nodes.push_back({"ConstantOfShape", {"rank"}, {{"value", Tensor(List({1}))}}, "ones"});
  row.nodes.push_back({"Mul", {"ones", "minus"}, {}, "open"});
  row.nodes.push_back({"Equal", {"listed", "open"}, {}, "stays"});
  row.nodes.push_back({"Where", {"stays", "ones", "listed"}, {}, "to"});
  row.nodes.push_back({"Expand", {"token", "to"}, {}, "tokens"});
  row.nodes.push_back({"Concat", {"tokens", "x"}, {{"axis", 1}}});
  row.constants.push_back({"stay", List({-1, -1})});
  row.constants.push_back({"minus", List({-1})});
  row.weights = {{"token", {1, 1, 4}}};
  return row;
}

// Zeros around the image, 1 above, 2 left, 2 below and 1 right, before a window of 4 x 3.
// ONNX Runtime 1.20 makes them padding of the window itself, also where that means something else.
OperatorCase PaddedWindow(const std::string& name, const std::string& op,
                          std::map<std::string, Attribute> attributes,
                          Judge judge = Judge::kAgrees) {
  OperatorCase row{.name = "pad_before_" + name, .sample = {2, 6, 7}};
  row.judge = judge;
  row.constants = {{"around", List({0, 0, 1, 2, 0, 0, 2, 1})}};
  row.nodes = {{"Pad", {"x", "around"}, {}, "padded"}, {op, {"padded"}, std::move(attributes)}};
  if (op == "Conv") {
    row.weights = {{"w", {3, 2, 4, 3}}};
    row.nodes[1].inputs.push_back("w");
  } else {
    row.nodes[1].attributes.emplace("kernel_shape", Attribute{4, 3});
  }
  return row;
}

}  // namespace

std::vector<OperatorCase> ExportCases() {
  return {Attention("turned", 1, true),
          Attention("straight", 0, false),
          State("zeros", 0),
          State("halves", 0.5f),
          Einsum("scores", "nihd,njhd->nhij", {}),
          Einsum("values", "nijd,nkjd->nikj", {}),
          Einsum("layer", "nihd,de->nihe", {4, 5}),
          Einsum("to_heads", "nihd,dke->nihke", {4, 2, 3}),
          Einsum("from_heads", "nihd,hde->nie", {2, 4, 5}),
          Einsum("weight_first", "nihd,ehd->nei", {5, 2, 4}),
          Einsum("dots", "nihd,nihd->n", {}),
          Einsum("outer", "nihd,njke->nihdjke", {}),
          Mask(),
          Token(),
          PaddedWindow("a_convolution", "Conv", {{"strides", {2, 1}}}),
          PaddedWindow("a_convolution_that_pads", "Conv",
                       {{"pads", {1, 0, 0, 1}}, {"dilations", {2, 2}}}),
          PaddedWindow("an_average", "AveragePool", {{"strides", {1, 2}}}, Judge::kCanonical),
          PaddedWindow("an_average_that_counts", "AveragePool",
                       {{"pads", {1, 0, 1, 0}}, {"count_include_pad", 1}}),
          PaddedWindow("an_average_that_pads", "AveragePool", {{"pads", {1, 0, 0, 1}}},
                       Judge::kOverruled),
          PaddedWindow("a_maximum", "MaxPool", {}, Judge::kOverruled)};
}

}  // namespace dc
