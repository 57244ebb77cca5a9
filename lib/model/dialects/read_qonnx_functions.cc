// QONNX's operators that are no plain quantizers: Trunc, MultiThreshold, XnorPopcountMatMul,
// QuantAvgPool2d.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "model/dialects/channels_last.h"
#include "model/dialects/dialects.h"
#include "model/dialects/linear.h"
#include "model/dialects/node_writer.h"
#include "model/dialects/qonnx_settings.h"
#include "model/node_attributes.h"
#include "model/quoted.h"
#include "model/shapes.h"

namespace dc {
namespace {

constexpr int64_t kMostWhole = int64_t{1} << 22;  // UniformQuantize's bounds

class FunctionReader {
 public:
  FunctionReader(Graph* graph, QuantizedConstants* constants, Reasons* reasons)
      : graph_(*graph), shapes_(graph_), constants_(*constants), reasons_(*reasons) {}

  void Run() {
    std::vector<Node> nodes;
    for (const Node& node : graph_.nodes) {
      NodeWriter to(node, &graph_);
      const Status status = Read(node, &to);
      if (!status.ok()) reasons_.Add(node, status);
      std::vector<Node> parts = {node};
      if (status.ok() && !to.empty()) parts = std::move(to).Take();
      for (Node& part : parts) {
        static_cast<void>(shapes_.Visit(part));
        nodes.push_back(std::move(part));
      }
    }
    graph_.nodes = std::move(nodes);
  }

 private:
  Status Read(const Node& node, NodeWriter* to) {
    using Reader = Status (FunctionReader::*)(const Node&, NodeWriter*);
    constexpr std::pair<std::string_view, Reader> kReaders[] = {
        {"Trunc", &FunctionReader::ReadTrunc},
        {"MultiThreshold", &FunctionReader::ReadThresholds},
        {"XnorPopcountMatMul", &FunctionReader::ReadXnor},
        {"QuantAvgPool2d", &FunctionReader::ReadAveragePool}};
    for (const auto& [op, reader] : kReaders) {
      if (!IsQonnx(node, op)) continue;
      DC_RETURN_IF_ERROR(CheckOutputs(node, 1));
      return (this->*reader)(node, to);
    }
    return OkStatus();
  }

  // Whole numbers that lose their last bits. Version 1 keeps scale and zero point and has no
  // bounds; version 2 has a scale and bounds for what comes out.
  Status ReadTrunc(const Node& node, NodeWriter* to) {
    const bool second = node.inputs.size() == 6;
    if (!second && node.inputs.size() != 5) {
      return Unsupported("a Trunc of " + std::to_string(node.inputs.size()) + " inputs", "",
                         "those of 5 and of 6 are covered");
    }
    DC_RETURN_IF_ERROR(
        CheckAttributes(node, second ? std::vector<std::string>{"rounding_mode", "signed", "narrow"}
                                     : std::vector<std::string>{"rounding_mode"}));
    DC_ASSIGN_OR_RETURN(const Tensor* scale, ScaleOf(graph_, node.inputs[1]));
    DC_ASSIGN_OR_RETURN(const float zero, NumberOf(graph_, node.inputs[2], "zero point"));
    DC_ASSIGN_OR_RETURN(const float from, NumberOf(graph_, node.inputs[3], "bit width"));
    DC_ASSIGN_OR_RETURN(const float bits,
                        NumberOf(graph_, node.inputs[second ? 5 : 4], "bit width"));
    DC_ASSIGN_OR_RETURN(const RoundingName rounding, RoundingOf(node, "FLOOR"));
    constexpr float kMostBits = 22;
    if (!(from >= 1 && from <= kMostBits && bits >= 1 && bits <= kMostBits)) {
      return Unsupported("a bit width that is not from 1 to 22", "", "quantize to fewer bits");
    }
    float step = std::exp2(from - bits);
    int64_t low = -kMostWhole, high = kMostWhole;
    Tensor factor = *scale;  // from the whole numbers to those that come out
    if (second) {
      DC_ASSIGN_OR_RETURN(const Tensor* out, ScaleOf(graph_, node.inputs[4]));
      if (out->size() != 1 || scale->size() != 1) {
        return Unsupported("a Trunc with scales per channel", "scale " + Quoted(node.inputs[4]),
                           "quantize values with one scale");
      }
      step = std::exp2(std::nearbyint(std::log2(out->f32()[0] / scale->f32()[0])));
      factor.f32()[0] = out->f32()[0] / step;
      const QonnxRange range =
          RangeOf(bits, node.Int("signed", 1) != 0, node.Int("narrow", 0) != 0);
      low = static_cast<int64_t>(range.low);
      high = static_cast<int64_t>(range.high);
      if (bits != std::floor(bits)) {
        return Unsupported("a bit width with a fraction", "", "quantize with whole bit widths");
      }
    }
    std::string x = to->Add(op::kDiv.name, {node.inputs[0], node.inputs[1]});
    const std::string offset = zero != 0 ? to->Number("zero_point", zero) : "";
    if (!offset.empty()) x = to->Add(op::kAdd.name, {x, offset});
    x = to->Add(op::kUniformQuantize.name, {x, to->Number("one", 1)},
                {{"low", -kMostWhole}, {"high", kMostWhole}});
    x = to->Add(op::kUniformQuantize.name, {x, to->Number("step", step)},
                {{"low", low}, {"high", high}, {"rounding", std::string(rounding.own)}});
    if (!second && step != 1) x = to->Add(op::kDiv.name, {x, to->Number("step", step)});
    if (!offset.empty()) x = to->Add(op::kSub.name, {x, offset});
    to->Add(op::kMul.name, {x, to->Constant("factor", std::move(factor))});
    return OkStatus();
  }

  // `op` of `x` along `axes`, which are an attribute before opset 13.
  std::string Along(std::string_view op, const std::string& x, std::vector<int64_t> axes,
                    std::map<std::string, AttributeValue> attributes, NodeWriter* to) const {
    constexpr int64_t kAxesAsInput = 13;
    if (graph_.opset >= kAxesAsInput) {
      return to->Add(op, {x, to->List("axes", axes)}, std::move(attributes));
    }
    attributes["axes"] = std::move(axes);
    return to->Add(op, {x}, std::move(attributes));
  }

  // The number of thresholds that x reaches: compared with all of them in one more dimension.
  Status ReadThresholds(const Node& node, NodeWriter* to) {
    DC_RETURN_IF_ERROR(
        CheckAttributes(node, {"out_dtype", "out_scale", "out_bias", "data_layout"}));
    const Tensor* thresholds = graph_.Constant(node.Input(1));
    if (thresholds == nullptr || thresholds->type != DataType::kFloat32) {
      return Unsupported("thresholds that are no float constant", "input " + Quoted(node.Input(1)),
                         "export them as a constant");
    }
    const op::Shape* shape = shapes_.Find(node.Input(0));
    if (shape == nullptr || (shape->size() != 2 && shape->size() != 4)) {
      return Unsupported("a value that is not known to have 2 or 4 dimensions",
                         "input " + Quoted(node.Input(0)), "export the model with shapes");
    }
    const std::string layout = node.String("data_layout", "NCHW");
    if (layout != "NCHW" && layout != "NHWC" && layout != "NC") {
      return Unsupported("data_layout " + Quoted(layout), "", "NCHW and NHWC are covered");
    }
    const bool last = layout == "NHWC" || shape->size() == 2;
    const int64_t channels = last ? shape->back() : (*shape)[1];
    if (thresholds->shape.size() != 2 ||
        (thresholds->shape[0] != 1 && thresholds->shape[0] != channels)) {
      return BadInput("thresholds of shape " + ShapeText(thresholds->shape) + " for " +
                          std::to_string(channels) + " channels",
                      "input " + Quoted(node.Input(1)), "export the model again");
    }
    const int64_t axis = last ? static_cast<int64_t>(shape->size()) : 2;
    Tensor table = *thresholds;
    if (!last) table.shape.insert(table.shape.end(), {1, 1});
    const std::string apart = Along(op::kUnsqueeze.name, node.Input(0), {axis}, {}, to);
    // Plus or minus a half for each, which training has a gradient for.
    const std::string beyond =
        to->Add(op::kSub.name, {apart, to->Constant("thresholds", std::move(table))});
    const std::string halves =
        to->Add(op::kBinaryQuantize.name, {beyond, to->Number("half", 0.5f)});
    const std::string sum =
        Along(op::kReduceSum.name, halves, {axis}, {{"keepdims", int64_t{0}}}, to);
    const float middle = 0.5f * static_cast<float>(thresholds->shape[1]);
    std::string count = to->Add(op::kAdd.name, {sum, to->Number("middle", middle)});
    const float scale = node.Float("out_scale", 1), bias = node.Float("out_bias", 0);
    if (scale != 1) count = to->Add(op::kMul.name, {count, to->Number("out_scale", scale)});
    if (bias != 0) to->Add(op::kAdd.name, {count, to->Number("out_bias", bias)});
    return OkStatus();
  }

  // Zeros and ones as minus and plus one.
  std::string Signs(const std::string& x, NodeWriter* to) {
    if (const Tensor* constant = graph_.Constant(x); constant != nullptr) {
      QuantizedConstant signs;
      signs.shape = constant->shape;
      for (const float bit : constant->f32()) signs.numbers.push_back(2 * bit - 1);
      signs.scales = {1};
      const std::string name = to->Constant("signs", Tensor::F32(signs.shape, signs.numbers));
      constants_.Add(name, std::move(signs));
      return name;
    }
    const std::string twice = to->Add(op::kMul.name, {x, to->Number("two", 2)});
    return to->Add(op::kSub.name, {twice, to->Number("one", 1)});
  }

  Status ReadXnor(const Node& node, NodeWriter* to) {
    DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
    const op::Shape* shape = shapes_.Find(node.Input(1));
    if (shape == nullptr || shape->size() < 2) {
      return Unsupported("a matrix of unknown shape", "input " + Quoted(node.Input(1)),
                         "export the model with shapes");
    }
    for (const std::string& input : node.inputs) {
      const Tensor* constant = graph_.Constant(input);
      if (constant == nullptr || constant->type == DataType::kFloat32) continue;
      return Unsupported(std::string("a matrix of type ") + NameOf(constant->type),
                         "input " + Quoted(input), "export the model with float constants");
    }
    const auto inputs = static_cast<float>((*shape)[shape->size() - 2]);
    const std::string a = Signs(node.Input(0), to), b = Signs(node.Input(1), to);
    const std::string product = to->Add(op::kMatMul.name, {a, b});
    const std::string shifted = to->Add(op::kAdd.name, {product, to->Number("inputs", inputs)});
    to->Add(op::kMul.name, {shifted, to->Number("half", 0.5f)});
    return OkStatus();
  }

  // The sum of a window without its last bits.
  Status ReadAveragePool(const Node& node, NodeWriter* to) {
    DC_RETURN_IF_ERROR(
        CheckAttributes(node, {"stride", "kernel", "ibits", "obits", "signed", "data_layout"}));
    const int64_t kernel = node.Int("kernel", 1), stride = node.Int("stride", 1);
    const int64_t from = node.Int("ibits", 1), bits = node.Int("obits", 1);
    constexpr int64_t kMostBits = 16, kMostKernel = 1024;
    if (kernel < 1 || kernel > kMostKernel || stride < 1 || from < 1 || from > kMostBits ||
        bits < 1) {
      return BadInput("a kernel, a stride or bits that cannot be", "", "export the model again");
    }
    const auto largest = static_cast<uint64_t>(((int64_t{1} << from) - 1) * kernel * kernel);
    constexpr uint64_t kMostSum = uint64_t{1} << 24;
    if (largest > kMostSum) {
      return Unsupported("sums beyond 2^24", "", "quantize to fewer bits");
    }
    const int64_t shift = std::max<int64_t>(std::bit_width(largest) - bits, 0);
    const std::string layout = node.String("data_layout", "NCHW");
    if (layout != "NCHW" && layout != "NHWC") {
      return Unsupported("data_layout " + Quoted(layout), "", "NCHW and NHWC are covered");
    }
    constexpr size_t kRank = 4;
    std::string x = node.Input(0);
    if (layout == "NHWC") x = ToChannelsFirst(x, kRank, to);
    x = to->Add(op::kAveragePool.name, {x},
                {{"kernel_shape", std::vector<int64_t>{kernel, kernel}},
                 {"strides", std::vector<int64_t>{stride, stride}}});
    const float window = static_cast<float>(kernel * kernel);
    x = to->Add(op::kRound.name, {to->Add(op::kMul.name, {x, to->Number("window", window)})});
    if (shift > 0) {
      const float power = std::exp2(static_cast<float>(shift));
      x = to->Add(op::kFloor.name, {to->Add(op::kDiv.name, {x, to->Number("power", power)})});
    }
    if (layout == "NHWC") ToChannelsLast(x, kRank, to);
    return OkStatus();
  }

  Graph& graph_;
  ShapeTracker shapes_;
  QuantizedConstants& constants_;
  Reasons& reasons_;
};

}  // namespace

void ReadQonnxFunctions(Graph* graph, QuantizedConstants* constants, Reasons* reasons) {
  FunctionReader(graph, constants, reasons).Run();
}

}  // namespace dc
