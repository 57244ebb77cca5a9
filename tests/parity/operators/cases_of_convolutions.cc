// Windows with weights.
#include "parity/operators/operator_cases.h"

namespace dc {
namespace {

// A convolution of x with w, and the bias b if `bias`.
OperatorCase Convolve(const std::string& name, std::vector<int64_t> sample,
                      std::vector<int64_t> weight, std::map<std::string, Attribute> attributes,
                      bool bias = true) {
  OperatorCase row{.name = "conv_" + name,
                   .sample = std::move(sample),
                   .nodes = {{"Conv", {"x", "w"}, std::move(attributes)}},
                   .weights = {{"w", weight}},
                   .tolerance = 5e-5};
  if (bias) {
    row.nodes[0].inputs.push_back("b");
    row.weights.push_back({"b", {weight[0]}});
  }
  return row;
}

// Every auto_pad with every stride, kernels of even and odd size.
void AddAutoPads(std::vector<OperatorCase>* cases) {
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"}) {
    for (const int stride : {1, 2, 3}) {
      const std::string name = std::string(mode) + "_stride_" + std::to_string(stride);
      cases->push_back(Convolve(name, {2, 8, 9}, {3, 2, 4, 3},
                                {{"auto_pad", mode}, {"strides", {stride, stride}}}));
      cases->push_back(Convolve(name + "_lines", {2, 11}, {3, 2, 4},
                                {{"auto_pad", mode}, {"strides", {stride}}}));
    }
  }
  cases->push_back(Convolve("SAME_UPPER_wide_stride", {2, 8, 9}, {3, 2, 2, 2},
                            {{"auto_pad", "SAME_UPPER"}, {"strides", {3, 4}}}));
  // ONNX Runtime leaves dilation out of automatic padding.
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER"}) {
    cases->push_back(Convolve(std::string(mode) + "_dilated", {2, 8, 9}, {3, 2, 2, 3},
                              {{"auto_pad", mode}, {"dilations", {2, 2}}}));
    cases->back().judge = Judge::kCanonical;
  }
}

void AddFused(std::vector<OperatorCase>* cases) {
  OperatorCase row = Convolve("then_relu", {3, 6, 7}, {5, 3, 3, 3}, {});
  row.nodes[0].output = "c";
  row.nodes.push_back({"Relu", {"c"}});
  cases->push_back(row);
  row.name = "conv_then_clip";
  row.nodes[1] = {"Clip", {"c", "min", "max"}};
  row.constants = {{"min", Number(0.0f)}, {"max", Number(0.75f)}};
  cases->push_back(row);
  row.name = "conv_then_leaky_relu";
  row.nodes[1] = {"LeakyRelu", {"c"}};
  cases->push_back(row);
  row.name = "conv_then_batch_normalization";
  row.nodes[1] = {"BatchNormalization", {"c", "scale", "shift", "mean", "variance"}};
  row.weights.insert(row.weights.end(),
                     {{"scale", {5}, 1.0}, {"shift", {5}}, {"mean", {5}}, {"variance", {5}, 1.5}});
  cases->push_back(row);
  row = Convolve("then_shift", {3, 6, 7}, {5, 3, 3, 3}, {}, /*bias=*/false);
  row.nodes[0].output = "c";
  row.nodes.push_back({"Add", {"c", "shift"}});
  row.weights.push_back({"shift", {5, 1, 1}});
  cases->push_back(row);
  row = Convolve("shared_weight", {3, 6, 7}, {3, 3, 3, 3}, {{"pads", {1, 1, 1, 1}}});
  row.nodes[0].output = "c";
  row.nodes.push_back({"Conv", {"c", "w"}});
  cases->push_back(row);
}

}  // namespace

std::vector<OperatorCase> ConvolutionCases() {
  std::vector<OperatorCase> cases = {
      Convolve("plain", {3, 6, 7}, {5, 3, 3, 3}, {}),
      Convolve("without_bias", {3, 6, 7}, {5, 3, 3, 3}, {}, /*bias=*/false),
      Convolve("opset_7", {3, 6, 7}, {5, 3, 3, 2}, {{"kernel_shape", {3, 2}}}),
      Convolve("pads", {3, 6, 7}, {5, 3, 3, 3}, {{"pads", {1, 2, 0, 1}}}),
      Convolve("pads_wider_than_the_window", {2, 4, 5}, {3, 2, 2, 2}, {{"pads", {3, 2, 4, 3}}}),
      Convolve("strides", {3, 9, 8}, {5, 3, 3, 2}, {{"strides", {2, 3}}}),
      Convolve("strides_and_pads", {3, 8, 8}, {5, 3, 3, 3},
               {{"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}}),
      Convolve("dilations", {3, 9, 10}, {5, 3, 3, 2}, {{"dilations", {2, 3}}}),
      Convolve("everything", {4, 9, 10}, {6, 2, 3, 2},
               {{"group", 2},
                {"strides", {2, 1}},
                {"pads", {1, 2, 0, 1}},
                {"dilations", {2, 3}},
                {"kernel_shape", {3, 2}}}),
      Convolve("group", {4, 6, 7}, {6, 2, 3, 3}, {{"group", 2}}),
      Convolve("depthwise", {6, 8, 8}, {6, 1, 3, 3}, {{"group", 6}, {"pads", {1, 1, 1, 1}}}),
      Convolve("depthwise_twice", {3, 8, 8}, {6, 1, 3, 3}, {{"group", 3}, {"strides", {2, 2}}}),
      Convolve("pointwise", {6, 5, 4}, {4, 6, 1, 1}, {}),
      Convolve("pointwise_strided", {6, 5, 4}, {4, 6, 1, 1}, {{"strides", {2, 2}}}),
      Convolve("pointwise_of_one_pixel", {6, 1, 1}, {4, 6, 1, 1}, {}),
      Convolve("whole_image", {2, 5, 6}, {7, 2, 5, 6}, {}),
      Convolve("many_channels", {32, 12, 12}, {32, 32, 3, 3}, {{"pads", {1, 1, 1, 1}}}),
      Convolve("wide_line", {1, 4, 40}, {3, 1, 2, 9}, {{"pads", {0, 4, 0, 4}}}),
      Convolve("lines", {3, 11}, {5, 3, 3}, {}),
      Convolve("lines_everything", {4, 17}, {6, 2, 3},
               {{"group", 2}, {"strides", {2}}, {"pads", {1, 2}}, {"dilations", {2}}}),
      Convolve("volumes", {2, 4, 4, 4}, {3, 2, 2, 2, 2}, {}),
  };
  cases[2].opset = 7;
  AddAutoPads(&cases);
  AddFused(&cases);
  return cases;
}

}  // namespace dc
