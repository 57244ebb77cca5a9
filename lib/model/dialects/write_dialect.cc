// Quantized weights, and quantizers of values, in the words of others.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "dc/dialect.h"
#include "dc/quantized_weight.h"
#include "model/dialects/dialects.h"
#include "model/dialects/node_writer.h"
#include "model/dialects/qonnx_settings.h"
#include "model/dialects/weight_grid.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"
#include "op/grid_functions.h"

namespace dc {
namespace {

constexpr int32_t kOfOneByte = 256, kOfTwoBytes = 65536;

// The names of the quantized weights. What scales make a weight is none itself.
std::vector<std::string> QuantizedWeights(const Graph& graph) {
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) {
    if (node.outputs.empty() || !IsQuantized(graph, node.outputs[0])) continue;
    const auto form = FindQuantizedForm(graph, node.outputs[0]);
    if (form->mul) std::erase(names, node.inputs[0]);
    names.push_back(node.outputs[0]);
  }
  return names;
}

// The scales as a tensor that broadcasts over the weight: one number, or one per channel.
Tensor BroadcastScales(const WeightGrid& grid, const QuantizedWeight& weight) {
  if (grid.scales.size() == 1) return Tensor::F32({}, grid.scales);
  std::vector<int64_t> shape(weight.shape.size(), 1);
  shape[weight.scale_axis] = static_cast<int64_t>(grid.scales.size());
  return Tensor::F32(shape, grid.scales);
}

// Puts the nodes that `write` adds in the place of those that make the quantized weight `name`.
template <typename Write>
Status ReplaceWeight(const std::string& name, Graph* graph, Write write) {
  DC_RETURN_IF_ERROR(DequantizeWeight(graph, name));
  graph->initializers.erase(name);
  Node made;
  made.name = graph->FreshNodeName(name);
  made.outputs = {name};
  NodeWriter to(made, graph);
  write(&to);
  std::vector<Node> nodes = std::move(to).Take();
  const std::vector<size_t> readers = graph->Consumers(name);
  const size_t place = readers.empty() ? graph->nodes.size() : readers.front();
  graph->nodes.insert(graph->nodes.begin() + static_cast<std::ptrdiff_t>(place),
                      std::make_move_iterator(nodes.begin()), std::make_move_iterator(nodes.end()));
  return OkStatus();
}

// int8 where that holds the numbers, else uint8 with zero point 0, else int8 with another one.
Status WriteLinearWeight(const std::string& name, Graph* graph) {
  DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, GetQuantizedWeight(*graph, name));
  const auto grid = FindWeightGrid(weight, kOfOneByte);
  if (!grid) return OkStatus();
  const bool is_unsigned = grid->low >= 0 && grid->high > 127;
  const int32_t zero = grid->low < -128                   ? -128 - grid->low
                       : !is_unsigned && grid->high > 127 ? 127 - grid->high
                                                          : 0;
  const DataType type = is_unsigned ? DataType::kUint8 : DataType::kInt8;
  Tensor numbers = Tensor::Zeros(type, weight.shape);
  std::transform(weight.codes.begin(), weight.codes.end(), numbers.bytes.begin(),
                 [&](uint16_t code) { return static_cast<uint8_t>(grid->numbers[code] + zero); });
  return ReplaceWeight(name, graph, [&](NodeWriter* to) {
    const bool single = grid->scales.size() == 1;
    const auto count = static_cast<int64_t>(grid->scales.size());
    const std::vector<int64_t> shape = single ? std::vector<int64_t>() : std::vector{count};
    Tensor zeros = Tensor::Zeros(type, shape);
    std::fill(zeros.bytes.begin(), zeros.bytes.end(), static_cast<uint8_t>(zero));
    to->Add("DequantizeLinear", {to->Constant("integers", std::move(numbers)),
                                 to->Constant("scale", Tensor::F32(shape, grid->scales)),
                                 to->Constant("zero_point", std::move(zeros))});
    if (!single) to->last().attributes["axis"] = static_cast<int64_t>(weight.scale_axis);
  });
}

std::string AddQuant(const std::string& x, const std::string& scale, float zero, float bits,
                     bool is_signed, bool narrow, std::string_view rounding, NodeWriter* to) {
  to->Add("Quant", {x, scale, to->Number("zeropt", zero), to->Number("bitwidth", bits)},
          {{"signed", int64_t{is_signed}},
           {"narrow", int64_t{narrow}},
           {"rounding_mode", std::string(rounding)}});
  to->last().domain = kQonnxDomain;
  return to->last().outputs[0];
}

void AddBipolar(const std::string& x, const std::string& scale, NodeWriter* to) {
  to->Add("BipolarQuant", {x, scale});
  to->last().domain = kQonnxDomain;
}

// The bits of the least grid that has the whole numbers from low to high.
struct Width {
  float bits = 1;
  bool is_signed = false, narrow = false;
  bool exact = false;  // no more numbers than these
};

Width WidthOf(int64_t low, int64_t high) {
  Width width;
  width.is_signed = low < 0;
  const auto fits = [&](int64_t slack) {
    const int64_t half = int64_t{1} << static_cast<int>(width.bits - 1);
    return width.is_signed ? low >= -half + slack && high <= half - 1
                           : high <= 2 * half - 1 - slack;
  };
  if (width.is_signed) width.bits = 2;
  while (!fits(0)) ++width.bits;
  width.narrow = fits(1);
  const QonnxRange range = RangeOf(width.bits, width.is_signed, width.narrow);
  width.exact = range.low == static_cast<float>(low) && range.high == static_cast<float>(high);
  return width;
}

Status WriteQonnxWeight(const std::string& name, Graph* graph) {
  DC_ASSIGN_OR_RETURN(const QuantizedWeight weight, GetQuantizedWeight(*graph, name));
  const auto grid = FindWeightGrid(weight, kOfTwoBytes);
  if (!grid) return OkStatus();
  const bool binary = std::all_of(grid->numbers.begin(), grid->numbers.end(),
                                  [](int32_t number) { return std::abs(number) == 1; });
  return ReplaceWeight(name, graph, [&](NodeWriter* to) {
    const std::string floats = to->Constant("floats", Tensor::F32(weight.shape, weight.Values()));
    const std::string scale = to->Constant("scale", BroadcastScales(*grid, weight));
    if (binary) return AddBipolar(floats, scale, to);
    const Width width = WidthOf(grid->low, grid->high);
    AddQuant(floats, scale, 0, width.bits, width.is_signed, width.narrow, "ROUND", to);
  });
}

// Thresholds that an encoder made have factors of any sign in the place of a scale.
void WriteBipolarValue(const Node& node, const Tensor& scale, NodeWriter* to) {
  const auto scales = scale.f32();
  if (std::all_of(scales.begin(), scales.end(), [](float s) { return s > 0; })) {
    return AddBipolar(node.inputs[0], node.inputs[1], to);
  }
  AddBipolar(node.inputs[0], to->Number("one", 1), to);
  to->Add(op::kMul.name, {to->last().outputs[0], node.inputs[1]});
}

// A quantizer of values. False where QONNX has no words for it.
bool WriteQonnxValue(const Node& node, Graph* graph, NodeWriter* to) {
  const Tensor* scale = graph->Constant(node.inputs[1]);
  if (scale == nullptr) return false;
  if (OperatorOf(node) == &op::kBinaryQuantize) {
    WriteBipolarValue(node, *scale, to);
    return true;
  }
  const auto attributes = NodeAttributes::Read(*graph, node, op::kUniformQuantize);
  if (!attributes.ok()) return false;
  const op::UniformGrid grid = op::ReadUniformGrid(*attributes);
  const auto low = static_cast<int64_t>(grid.low), high = static_cast<int64_t>(grid.high);
  const Width width = WidthOf(low, high);
  if (width.bits > 22) return false;
  const std::string quantized =
      AddQuant(node.inputs[0], node.inputs[1], grid.offset, width.bits, width.is_signed,
               width.narrow, QonnxRounding(grid.rounding), to);
  if (width.exact) return true;
  // Bounds that no bit width has, as of an odd zero point: those of the next one, cut.
  const auto bound = [&](float number) {
    Tensor tensor = *scale;
    for (float& s : tensor.f32()) s *= number - grid.offset;
    return tensor;
  };
  const std::string above =
      to->Add(op::kMax.name, {quantized, to->Constant("low", bound(grid.low))});
  to->Add(op::kMin.name, {above, to->Constant("high", bound(grid.high))});
  return true;
}

void WriteQonnxValues(Graph* graph) {
  std::vector<Node> nodes;
  for (const Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    NodeWriter to(node, graph);
    const bool quantizer = record == &op::kUniformQuantize || record == &op::kBinaryQuantize;
    if (!quantizer || !WriteQonnxValue(node, graph, &to)) {
      nodes.push_back(node);
      continue;
    }
    for (Node& part : std::move(to).Take()) nodes.push_back(std::move(part));
  }
  graph->nodes = std::move(nodes);
}

}  // namespace

StatusOr<Dialect> ParseDialect(const std::string& name) {
  if (name == "gather") return Dialect::kGather;
  if (name == "qcdq") return Dialect::kQcdq;
  if (name == "qonnx") return Dialect::kQonnx;
  return UsageError("'" + name + "' is no dialect", "--dialect", "gather, qcdq or qonnx");
}

Status WriteDialect(Dialect dialect, Graph* graph) {
  FoldLayerScales(graph);
  if (dialect == Dialect::kGather) return OkStatus();
  DequantizeScales(graph);
  for (const std::string& name : QuantizedWeights(*graph)) {
    DC_RETURN_IF_ERROR(dialect == Dialect::kQcdq ? WriteLinearWeight(name, graph)
                                                 : WriteQonnxWeight(name, graph));
  }
  if (dialect != Dialect::kQonnx) return OkStatus();
  WriteQonnxValues(graph);
  graph->other_opsets[kQonnxDomain] = 1;
  return OkStatus();
}

}  // namespace dc
