// Windows without weights.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

using Attributes = std::map<std::string, Attribute>;

OperatorCase Pool(const std::string& name, const std::string& op, std::vector<int64_t> sample,
                  Attributes attributes) {
  return {.name = op + "_" + name,
          .sample = std::move(sample),
          .nodes = {{op, {"x"}, std::move(attributes)}}};
}

// What both pools have.
void AddCommon(const std::string& op, std::vector<OperatorCase>* cases) {
  const auto add = [&](const std::string& name, std::vector<int64_t> sample,
                       Attributes attributes) {
    cases->push_back(Pool(name, op, std::move(sample), std::move(attributes)));
  };
  add("plain", {3, 6, 7}, {{"kernel_shape", {2, 3}}});
  add("strides", {3, 8, 8}, {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}});
  add("strides_larger_than_the_window", {2, 9, 9}, {{"kernel_shape", {2, 2}}, {"strides", {3, 4}}});
  add("overlapping", {3, 9, 9}, {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}});
  add("pads", {3, 6, 7}, {{"kernel_shape", {3, 3}}, {"pads", {1, 2, 0, 1}}});
  add("pads_and_strides", {3, 8, 8},
      {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}});
  add("whole_image", {3, 6, 7}, {{"kernel_shape", {6, 7}}});
  add("floor", {2, 8, 9}, {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"ceil_mode", 0}});
  add("ceil", {2, 8, 9}, {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"ceil_mode", 1}});
  add("ceil_and_pads", {2, 8, 7},
      {{"kernel_shape", {3, 3}}, {"strides", {2, 2}}, {"pads", {1, 0, 1, 0}}, {"ceil_mode", 1}});
  // A last window that would begin in the padding is left out, as ONNX has it since it spelled it
  // out (onnx#5741). ONNX Runtime keeps it, against its own shape inference.
  add("ceil_without_a_window_in_the_padding", {2, 4, 5},
      {{"kernel_shape", {2, 2}}, {"strides", {2, 2}}, {"pads", {0, 0, 1, 1}}, {"ceil_mode", 1}});
  cases->back().judge = Judge::kOverruled;
  add("ceil_without_a_window_beyond_the_image", {2, 4, 6},
      {{"kernel_shape", {1, 1}}, {"strides", {2, 3}}, {"ceil_mode", 1}});
  cases->back().judge = Judge::kOverruled;
  add("lines", {3, 11}, {{"kernel_shape", {3}}, {"strides", {2}}, {"pads", {1, 0}}});
  add("lines_ceil", {3, 10}, {{"kernel_shape", {3}}, {"strides", {2}}, {"ceil_mode", 1}});
  add("volumes", {2, 4, 4, 4}, {{"kernel_shape", {2, 2, 2}}});
  add("opset_7", {3, 6, 7}, {{"kernel_shape", {2, 3}}, {"strides", {2, 1}}});
  cases->back().opset = 7;
  add("padding_as_wide_as_the_window", {2, 5, 5},
      {{"kernel_shape", {2, 2}}, {"pads", {2, 2, 0, 0}}});
  cases->back().trained = cases->back().executed = false;
  cases->back().judge = Judge::kOverruled;
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"}) {
    for (const int stride : {1, 2, 3}) {
      const std::string name = std::string(mode) + "_stride_" + std::to_string(stride);
      add(name, {2, 8, 9},
          {{"kernel_shape", {4, 3}}, {"auto_pad", mode}, {"strides", {stride, stride}}});
      add(name + "_lines", {2, 10},
          {{"kernel_shape", {2}}, {"auto_pad", mode}, {"strides", {stride}}});
    }
  }
}

void AddGlobal(const std::string& op, std::vector<OperatorCase>* cases) {
  for (const auto& [name, sample] :
       std::vector<std::pair<std::string, std::vector<int64_t>>>{{"images", {3, 4, 5}},
                                                                 {"one_pixel", {3, 1, 1}},
                                                                 {"lines", {3, 7}},
                                                                 {"volumes", {2, 3, 2, 3}}}) {
    cases->push_back({.name = op + "_" + name, .sample = sample, .nodes = {{op, {"x"}}}});
  }
}

}  // namespace

std::vector<OperatorCase> PoolingCases() {
  std::vector<OperatorCase> cases;
  AddCommon("MaxPool", &cases);
  AddCommon("AveragePool", &cases);
  AddGlobal("GlobalAveragePool", &cases);
  AddGlobal("GlobalMaxPool", &cases);

  // Padding counts as minus infinity, not as 0.
  OperatorCase negative = Pool("of_negative_values", "MaxPool", {3, 6, 7},
                               {{"kernel_shape", {3, 3}}, {"pads", {1, 1, 1, 1}}});
  negative.nodes[0].inputs = {"n"};
  negative.nodes.insert(negative.nodes.begin(), {"Add", {"x", "c"}, {}, "n"});
  negative.constants = {{"c", Number(-9.0f)}};
  cases.push_back(negative);
  cases.push_back(
      Pool("dilations", "MaxPool", {3, 9, 9}, {{"kernel_shape", {3, 2}}, {"dilations", {2, 3}}}));
  cases.push_back(Pool("everything", "MaxPool", {3, 9, 10},
                       {{"kernel_shape", {3, 2}},
                        {"dilations", {2, 2}},
                        {"strides", {2, 3}},
                        {"pads", {1, 1, 2, 0}},
                        {"ceil_mode", 1}}));
  cases.push_back(Pool("lines_dilations", "MaxPool", {3, 12},
                       {{"kernel_shape", {3}}, {"dilations", {3}}, {"pads", {2, 1}}}));
  cases.push_back(Pool("storage_order", "MaxPool", {3, 6, 7},
                       {{"kernel_shape", {2, 2}}, {"storage_order", 1}}));

  cases.push_back(
      Pool("pads_left_out", "AveragePool", {3, 6, 7},
           {{"kernel_shape", {3, 3}}, {"pads", {1, 2, 0, 1}}, {"count_include_pad", 0}}));
  cases.push_back(
      Pool("pads_counted", "AveragePool", {3, 6, 7},
           {{"kernel_shape", {3, 3}}, {"pads", {1, 2, 0, 1}}, {"count_include_pad", 1}}));
  cases.push_back(Pool("pads_counted_strides", "AveragePool", {3, 8, 7},
                       {{"kernel_shape", {3, 2}},
                        {"strides", {2, 3}},
                        {"pads", {1, 1, 1, 1}},
                        {"count_include_pad", 1}}));
  cases.push_back(Pool("pads_counted_auto_pad", "AveragePool", {2, 8, 9},
                       {{"kernel_shape", {4, 3}},
                        {"strides", {3, 2}},
                        {"auto_pad", "SAME_LOWER"},
                        {"count_include_pad", 1}}));
  cases.push_back(Pool("pads_counted_ceil", "AveragePool", {2, 8, 8},
                       {{"kernel_shape", {3, 3}},
                        {"strides", {2, 2}},
                        {"pads", {0, 1, 0, 0}},
                        {"ceil_mode", 1},
                        {"count_include_pad", 1}}));
  // What ceil_mode adds beyond the padding is not counted. ONNX Runtime counts it
  // (onnxruntime#16203).
  cases.back().judge = Judge::kOverruled;
  return cases;
}

}  // namespace dc
