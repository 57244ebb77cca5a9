// Transposed convolutions, products in all their forms, normalizations of layers and groups.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

// A transposed convolution of x with w, and a bias.
OperatorCase Spread(const std::string& name, std::vector<int64_t> sample,
                    std::vector<int64_t> weight, Attributes attributes, int64_t group = 1) {
  if (group > 1) attributes.insert({"group", static_cast<int>(group)});
  return {.name = "conv_transpose_" + name,
          .sample = std::move(sample),
          .nodes = {{"ConvTranspose", {"x", "w", "b"}, std::move(attributes)}},
          .weights = {{"w", weight}, {"b", {weight[1] * group}}},
          .tolerance = 5e-5};
}

void AddTransposedConvolutions(std::vector<OperatorCase>* cases) {
  const auto add = [&](OperatorCase row) { cases->push_back(std::move(row)); };
  add(Spread("plain", {3, 5, 4}, {3, 2, 3, 3}, {}));
  add(Spread("strides", {3, 5, 4}, {3, 2, 3, 2}, {{"strides", {2, 3}}}));
  add(Spread("pads", {3, 5, 4}, {3, 2, 3, 3}, {{"pads", {1, 0, 2, 1}}}));
  add(Spread("output_padding", {3, 5, 4}, {3, 2, 3, 3},
             {{"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}, {"output_padding", {1, 1}}}));
  add(Spread("dilations", {3, 5, 4}, {3, 2, 2, 3}, {{"dilations", {3, 2}}}));
  add(Spread("groups", {4, 5, 4}, {4, 3, 2, 2}, {{"strides", {2, 2}}}, 2));
  add(Spread("depthwise", {4, 5, 4}, {4, 1, 3, 3}, {{"strides", {2, 1}}}, 4));
  add(Spread("everything", {4, 4, 5}, {4, 3, 3, 2},
             {{"strides", {3, 2}},
              {"pads", {1, 0, 0, 1}},
              {"dilations", {2, 1}},
              {"output_padding", {1, 0}},
              {"kernel_shape", {3, 2}}},
             2));
  add(Spread("lines", {3, 7}, {3, 2, 4}, {{"strides", {2}}, {"pads", {1, 1}}}));
  add(Spread("volumes", {2, 3, 2, 4}, {2, 3, 2, 3, 2}, {{"strides", {2, 1, 2}}}));
  add(Spread("many_channels", {32, 9, 9}, {32, 24, 4, 4},
             {{"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}}));
  add(Spread("one_value", {6, 1, 1}, {6, 5, 3, 3}, {}));
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"}) {
    for (const int stride : {1, 2}) {
      add(Spread(std::string(mode) + "_stride_" + std::to_string(stride), {2, 4, 5}, {2, 3, 4, 3},
                 {{"auto_pad", mode}, {"strides", {stride, stride}}}));
    }
  }
  add(Spread("output_shape", {2, 4, 5}, {2, 3, 3, 3},
             {{"strides", {2, 2}}, {"output_shape", {8, 10}}}));
  add(Spread("output_shape_upper", {2, 4, 5}, {2, 3, 3, 3},
             {{"strides", {2, 2}}, {"output_shape", {8, 10}}, {"auto_pad", "SAME_UPPER"}}));
  add(Spread("output_shape_beyond_the_windows", {2, 4, 5}, {2, 3, 3, 3},
             {{"strides", {3, 3}}, {"output_shape", {14, 16}}}));
  OperatorCase row = Spread("without_bias", {3, 5, 4}, {3, 2, 3, 3}, {});
  row.nodes[0].inputs.pop_back();
  row.weights.pop_back();
  add(row);
  row = Spread("then_normalized_and_clipped", {3, 5, 4}, {3, 2, 3, 3}, {});
  row.nodes[0].output = "c";
  row.nodes.push_back({"BatchNormalization", {"c", "scale", "shift", "mean", "variance"}, {}, "n"});
  row.nodes.push_back({"Relu", {"n"}});
  row.weights.insert(row.weights.end(),
                     {{"scale", {2}, 1.0}, {"shift", {2}}, {"mean", {2}}, {"variance", {2}, 1.5}});
  add(row);
  row = Spread("groups_then_normalized", {4, 5, 4}, {4, 3, 2, 2}, {}, 2);
  row.nodes[0].output = "c";
  row.nodes.push_back({"BatchNormalization", {"c", "scale", "shift", "mean", "variance"}});
  row.weights.insert(row.weights.end(),
                     {{"scale", {6}, 1.0}, {"shift", {6}}, {"mean", {6}}, {"variance", {6}, 1.5}});
  add(row);
}

// Convolutions over three axes.
void AddOtherConvolutions(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample,
                       std::vector<int64_t> weight, Attributes attributes) {
    cases->push_back({.name = "conv_" + name,
                      .sample = std::move(sample),
                      .nodes = {{"Conv", {"x", "w", "b"}, std::move(attributes)}},
                      .weights = {{"w", weight}, {"b", {weight[0]}}},
                      .tolerance = 5e-5});
  };
  add("volumes_everything", {4, 5, 6, 7}, {6, 2, 2, 3, 2},
      {{"group", 2},
       {"strides", {1, 2, 2}},
       {"pads", {1, 0, 2, 0, 1, 1}},
       {"dilations", {2, 1, 1}}});
  add("volumes_of_many_channels", {24, 5, 9, 9}, {20, 24, 3, 3, 3}, {{"pads", {1, 1, 1, 1, 1, 1}}});
}

void AddNorms(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& op, const std::string& name, int64_t opset,
                       std::vector<int64_t> sample, std::vector<int64_t> parameters,
                       Attributes attributes = {}) {
    cases->push_back({.name = op + "_" + name,
                      .opset = opset,
                      .sample = std::move(sample),
                      .nodes = {{op, {"x", "scale", "bias"}, std::move(attributes)}},
                      .weights = {{"scale", parameters, 1.0}, {"bias", parameters}}});
  };
  const std::string layer = "LayerNormalization", instance = "InstanceNormalization",
                    group = "GroupNormalization";
  add(layer, "sequences", 17, {5, 16}, {16});
  add(layer, "vectors", 17, {9}, {9});
  add(layer, "of_two_axes", 17, {3, 4, 5}, {4, 5}, {{"axis", 2}});
  add(layer, "of_a_sample", 17, {3, 4, 5}, {3, 4, 5}, {{"axis", 1}, {"epsilon", 0.1}});
  add(layer, "opset_21", 21, {5, 16}, {16}, {{"axis", -1}, {"stash_type", 1}});
  cases->push_back({.name = "LayerNormalization_without_bias",
                    .opset = 17,
                    .sample = {5, 8},
                    .nodes = {{layer, {"x", "scale"}}},
                    .weights = {{"scale", {8}, 1.0}}});
  add(instance, "images", 13, {3, 4, 5}, {3});
  add(instance, "lines", 13, {3, 11}, {3}, {{"epsilon", 0.1}});
  add(instance, "volumes", 13, {2, 3, 2, 4}, {2});
  add(instance, "opset_7", 7, {3, 4, 5}, {3});
  add(group, "by_channel", 21, {6, 3, 4}, {6}, {{"num_groups", 3}});
  add(group, "of_all_channels", 21, {6, 3, 4}, {6}, {{"num_groups", 1}, {"epsilon", 0.1}});
  add(group, "lines", 21, {6, 7}, {6}, {{"num_groups", 2}});
  for (const int64_t opset : {13, 18}) {
    cases->push_back({.name = "MeanVarianceNormalization_opset_" + std::to_string(opset),
                      .opset = opset,
                      .sample = {3, 4, 5},
                      .nodes = {{"MeanVarianceNormalization", {"x"}, {{"axes", {2, 3}}}}}});
  }
  // In opset 18 scale and bias are those of a group.
  add(group, "by_group", 18, {6, 3, 4}, {2}, {{"num_groups", 2}});
}

void AddPools(std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& op, const std::string& name, int64_t opset,
                       std::vector<int64_t> sample, Attributes attributes) {
    cases->push_back({.name = op + "_" + name,
                      .opset = opset,
                      .sample = std::move(sample),
                      .nodes = {{op, {"x"}, std::move(attributes)}}});
  };
  for (const char* op : {"MaxPool", "AveragePool", "LpPool"}) {
    add(op, "volumes_everything", 19, {2, 6, 7, 5},
        {{"kernel_shape", {3, 2, 2}},
         {"strides", {2, 2, 1}},
         {"pads", {1, 0, 1, 1, 1, 0}},
         {"ceil_mode", 1}});
    add(op, "opset_19_dilations", 19, {2, 9, 8}, {{"kernel_shape", {3, 2}}, {"dilations", {2, 3}}});
    add(op, "opset_19_auto_pad", 19, {2, 9, 8},
        {{"kernel_shape", {3, 2}}, {"auto_pad", "SAME_UPPER"}, {"strides", {2, 2}}});
  }
  add("AveragePool", "dilations_and_pads", 19, {2, 9, 8},
      {{"kernel_shape", {3, 2}}, {"dilations", {2, 3}}, {"pads", {2, 1, 1, 0}}});
  add("AveragePool", "dilations_and_pads_counted", 19, {2, 9, 8},
      {{"kernel_shape", {3, 2}},
       {"dilations", {2, 3}},
       {"pads", {2, 1, 1, 0}},
       {"strides", {2, 1}},
       {"count_include_pad", 1}});
  add("AveragePool", "volumes_counted", 13, {2, 4, 5, 4},
      {{"kernel_shape", {2, 3, 2}}, {"pads", {1, 1, 0, 0, 1, 1}}, {"count_include_pad", 1}});
  add("LpPool", "plain", 13, {2, 6, 7}, {{"kernel_shape", {2, 3}}});
  add("LpPool", "pads", 13, {2, 6, 7},
      {{"kernel_shape", {3, 3}}, {"pads", {1, 2, 0, 1}}, {"strides", {2, 1}}});
  add("LpPool", "p", 13, {2, 6, 7}, {{"kernel_shape", {2, 3}}, {"p", 3}});
  add("LpPool", "lines_of_sums", 13, {2, 11}, {{"kernel_shape", {4}}, {"p", 1}});
  add("LpPool", "ceil", 18, {2, 8, 9},
      {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"ceil_mode", 1}});
  add("GlobalLpPool", "images", 13, {3, 4, 5}, {});
  add("GlobalLpPool", "volumes", 13, {2, 3, 2, 4}, {{"p", 3}});
  add("GlobalLpPool", "lines", 13, {3, 7}, {{"p", 1}});
}

// Products as attention has them, and weights wherever they may be.
void AddProducts(std::vector<OperatorCase>* cases) {
  const auto add = [&](OperatorCase row) { cases->push_back(std::move(row)); };
  add({.name = "matmul_attention",
       .sample = {7, 8},
       .nodes = {{"MatMul", {"x", "q"}, {}, "queries"},
                 {"MatMul", {"x", "k"}, {}, "keys"},
                 {"Transpose", {"keys"}, {{"perm", {0, 2, 1}}}, "turned"},
                 {"MatMul", {"queries", "turned"}, {}, "scores"},
                 {"Softmax", {"scores"}, {{"axis", -1}}, "shares"},
                 {"MatMul", {"x", "v"}, {}, "values"},
                 {"MatMul", {"shares", "values"}}},
       .weights = {{"q", {8, 6}}, {"k", {8, 6}}, {"v", {8, 5}}},
       .tolerance = 5e-5});
  add({.name = "matmul_of_values_that_broadcast",
       .sample = {2, 3, 5},
       .nodes = {{"Transpose", {"x"}, {{"perm", {0, 1, 3, 2}}}, "t"},
                 {"MatMul", {"x", "t"}, {}, "m"},
                 {"Clip", {"m", "min"}}},
       .constants = {{"min", Number(0.25f)}},
       .tolerance = 5e-5});
  add({.name = "matmul_of_many_rows_by_several_matrices",
       .sample = {2, 20, 9},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {2, 9, 7}}},
       .tolerance = 5e-5});
  add({.name = "matmul_by_matrices_that_broadcast",
       .sample = {1, 3, 5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {4, 5, 6}}},
       .tolerance = 5e-5});
  add({.name = "matmul_by_matrices_of_more_dimensions",
       .sample = {2, 3, 3, 5},
       .nodes = {{"MatMul", {"x", "w"}}},
       .weights = {{"w", {1, 2, 1, 5, 4}}},
       .tolerance = 5e-5});
  add({.name = "matmul_by_several_matrices_on_the_left",
       .sample = {2, 3, 5},
       .nodes = {{"MatMul", {"w", "x"}}},
       .weights = {{"w", {2, 4, 3}}},
       .tolerance = 5e-5});
  add({.name = "matmul_by_a_constant_on_the_left_large",
       .sample = {70, 33},
       .nodes = {{"MatMul", {"w", "x"}, {}, "m"}, {"Add", {"m", "b"}}},
       .weights = {{"w", {90, 70}}, {"b", {90, 1}}},
       .tolerance = 5e-5});
  add({.name = "matmul_by_a_row_on_the_left",
       .sample = {3, 5},
       .nodes = {{"MatMul", {"w", "x"}}},
       .weights = {{"w", {3}}},
       .tolerance = 5e-5});
  add({.name = "matmul_of_very_many_rows",
       .sample = {150, 40},
       .nodes = {{"MatMul", {"x", "w"}, {}, "m"}, {"Add", {"m", "b"}, {}, "a"}, {"Relu", {"a"}}},
       .weights = {{"w", {40, 50}}, {"b", {50}}},
       .tolerance = 5e-5});
  // One matrix, read as it is and turned.
  add({.name = "matmul_with_a_tied_weight",
       .sample = {3, 5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "h"},
                 {"Transpose", {"w"}, {{"perm", {1, 0}}}, "t"},
                 {"MatMul", {"h", "t"}}},
       .weights = {{"w", {5, 4}}},
       .tolerance = 5e-5});
  add({.name = "matmul_rows_with_a_tied_weight",
       .sample = {5},
       .nodes = {{"MatMul", {"x", "w"}, {}, "h"},
                 {"Transpose", {"w"}, {}, "t"},
                 {"MatMul", {"h", "t"}, {}, "m"},
                 {"Gemm", {"m", "t"}, {{"transB", 1}}}},
       .weights = {{"w", {5, 4}}},
       .tolerance = 5e-5});
  add({.name = "gemm_of_two_values",
       .sample = {5},
       .nodes = {{"Relu", {"x"}, {}, "r"},
                 {"Gemm", {"x", "w"}, {}, "g"},
                 {"Gemm", {"r", "v", "g"}, {{"transB", 1}, {"beta", 0.5}, {"alpha", 2.0}}}},
       .weights = {{"w", {5, 5}}, {"v", {5, 5}}},
       .tolerance = 5e-5});
  add({.name = "gemm_with_a_bias_of_each_row",
       .sample = {5},
       .nodes = {{"Gemm", {"x", "w", "b"}, {{"beta", 0.5}}, "g"}, {"Relu", {"g"}}},
       .weights = {{"w", {5, 4}}, {"b", {1, 1}}},
       .tolerance = 5e-5});
}

// Sequences of 5 numbers, 6 steps each, through an operator with `gates` gates of `hidden` units.
OperatorCase Recur(const std::string& name, const std::string& op, int64_t gates,
                   Attributes attributes, int64_t directions = 1, int64_t hidden = 4) {
  attributes.insert({"hidden_size", static_cast<int>(hidden)});
  OperatorCase row{.name = op + "_" + name,
                   .opset = 14,
                   .sample = {6, 5},
                   .nodes = {{"Transpose", {"x"}, {{"perm", {1, 0, 2}}}, "steps"},
                             {op, {"steps", "w", "r", "b"}, std::move(attributes), "states"},
                             {"Transpose", {"states"}, {{"perm", {2, 0, 1, 3}}}}},
                   .weights = {{"w", {directions, gates * hidden, 5}},
                               {"r", {directions, gates * hidden, hidden}},
                               {"b", {directions, 2 * gates * hidden}}},
                   .trained = false,
                   .tolerance = 5e-5};
  return row;
}

void AddRecurrent(std::vector<OperatorCase>* cases) {
  const auto add = [&](OperatorCase row) { cases->push_back(std::move(row)); };
  for (const auto& [op, gates] :
       std::vector<std::pair<std::string, int64_t>>{{"RNN", 1}, {"GRU", 3}, {"LSTM", 4}}) {
    add(Recur("forward", op, gates, {}));
    add(Recur("reverse", op, gates, {{"direction", "reverse"}}));
    add(Recur("bidirectional", op, gates, {{"direction", "bidirectional"}}, 2));
    add(Recur("of_three_units", op, gates, {}, 1, 3));
    OperatorCase row = Recur("opset_7", op, gates, {});
    row.opset = 7;
    add(row);
    row = Recur("without_bias", op, gates, {});
    row.nodes[1].inputs.pop_back();
    row.weights.pop_back();
    add(row);
    row = Recur("then_relu", op, gates, {});
    row.nodes[1].output = "all";
    row.nodes.insert(row.nodes.begin() + 2, {"Relu", {"all"}, {}, "states"});
    add(row);
    // ONNX Runtime refuses this order.
    row = Recur("batch_first", op, gates, {{"layout", 1}});
    row.nodes.erase(row.nodes.begin());
    row.nodes.pop_back();
    row.nodes[0].inputs[0] = "x";
    row.nodes[0].output = "y";
    row.judge = Judge::kOverruled;
    add(row);
  }
  add(Recur("linear_before_reset", "GRU", 3, {{"linear_before_reset", 1}}));
  OperatorCase row = Recur("peepholes", "LSTM", 4, {});
  row.nodes[1].inputs.insert(row.nodes[1].inputs.end(), {"", "", "", "p"});
  row.weights.push_back({"p", {1, 12}});
  add(row);
}

}  // namespace

std::vector<OperatorCase> LayerCases() {
  std::vector<OperatorCase> cases;
  AddTransposedConvolutions(&cases);
  AddOtherConvolutions(&cases);
  AddNorms(&cases);
  AddPools(&cases);
  AddProducts(&cases);
  AddRecurrent(&cases);
  return cases;
}

}  // namespace dc
