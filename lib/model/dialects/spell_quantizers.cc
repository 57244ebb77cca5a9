// Quantizers of values as standard operators.
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "dc/quantized_weight.h"
#include "model/dialects/dialects.h"
#include "model/dialects/node_writer.h"
#include "model/node_attributes.h"
#include "model/quantizer_training.h"
#include "op/grid_functions.h"

namespace dc {
namespace {

Tensor Integers(DataType type, std::vector<int64_t> shape, int64_t value) {
  Tensor tensor = Tensor::Zeros(type, std::move(shape));
  std::fill(tensor.bytes.begin(), tensor.bytes.end(), static_cast<uint8_t>(value));
  return tensor;
}

// How QuantizeLinear has a scale that broadcasts: one number, or one per index of an axis.
struct LinearScale {
  std::vector<int64_t> shape;  // of the operand that says it
  int64_t axis = 0;            // counted from the end, -1 is the last; 0 for one number
};

std::optional<LinearScale> LinearScaleOf(const Tensor& scale) {
  if (scale.size() == 1) return LinearScale{};
  const auto rank = static_cast<int64_t>(scale.shape.size());
  for (int64_t d = 0; d < rank; ++d) {
    if (scale.shape[static_cast<size_t>(d)] == scale.size()) {
      return LinearScale{{scale.size()}, d - rank};
    }
  }
  return std::nullopt;
}

// QuantizeLinear, Clip where the grid is narrower than its type, DequantizeLinear. False where they
// cannot say it.
bool SpellQdq(const Node& node, const op::UniformGrid& grid, Graph* graph, NodeWriter* to) {
  const Tensor* scale = graph->Constant(node.Input(1));
  const auto low = static_cast<int64_t>(grid.low), high = static_cast<int64_t>(grid.high);
  if (scale == nullptr || grid.rounding != op::Rounding::kHalfEven || grid.offset != 0 || low > 0 ||
      high < 0 || high - low > 255) {
    return false;
  }
  const auto linear = LinearScaleOf(*scale);
  if (!linear) return false;
  const bool is_signed = low >= -128 && high <= 127 && low < 0;
  const DataType type = is_signed ? DataType::kInt8 : DataType::kUint8;
  const int64_t zero = is_signed ? 0 : -low;
  const int64_t type_low = is_signed ? -128 : 0, type_high = is_signed ? 127 : 255;
  Tensor own = *scale;
  own.shape = linear->shape;
  const std::string scales =
      own.shape == scale->shape ? node.inputs[1] : to->Constant("scale", std::move(own));
  const std::string zeros = to->Constant("zero", Integers(type, linear->shape, zero));
  std::string value = to->Add("QuantizeLinear", {node.inputs[0], scales, zeros});
  if (linear->axis != 0) to->last().attributes["axis"] = linear->axis;
  if (low + zero > type_low || high + zero < type_high) {
    value = to->Add(op::kClip.name, {value, to->Constant("low", Integers(type, {}, low + zero)),
                                     to->Constant("high", Integers(type, {}, high + zero))});
  }
  to->Add("DequantizeLinear", {value, scales, zeros});
  if (linear->axis != 0) to->last().attributes["axis"] = linear->axis;
  return true;
}

std::string SpellRounding(op::Rounding rounding, const std::string& x, NodeWriter* to) {
  using op::Rounding;
  if (rounding == Rounding::kHalfEven) return to->Add(op::kRound.name, {x});
  if (rounding == Rounding::kToFloor) return to->Add(op::kFloor.name, {x});
  if (rounding == Rounding::kToCeil) return to->Add("Ceil", {x});
  std::string size = to->Add(op::kAbs.name, {x});
  if (rounding == Rounding::kHalfUp)
    size = to->Add(op::kAdd.name, {size, to->Number("half", 0.5f)});
  if (rounding == Rounding::kHalfDown) {
    size = to->Add(op::kSub.name, {size, to->Number("half", 0.5f)});
  }
  const bool up = rounding == Rounding::kHalfDown || rounding == Rounding::kUp;
  size = to->Add(up ? std::string_view("Ceil") : op::kFloor.name, {size});
  return to->Add(op::kMul.name, {to->Add(op::kSign.name, {x}), size});
}

void SpellArithmetic(const Node& node, const op::UniformGrid& grid, NodeWriter* to) {
  std::string x = to->Add(op::kDiv.name, {node.inputs[0], node.inputs[1]});
  const std::string offset = grid.offset != 0 ? to->Number("offset", grid.offset) : "";
  if (!offset.empty()) x = to->Add(op::kAdd.name, {x, offset});
  x = to->Add(op::kClip.name, {x, to->Number("low", grid.low), to->Number("high", grid.high)});
  x = SpellRounding(grid.rounding, x, to);
  if (!offset.empty()) x = to->Add(op::kSub.name, {x, offset});
  to->Add(op::kMul.name, {x, node.inputs[1]});
}

void SpellUniform(const Node& node, Graph* graph, NodeWriter* to) {
  const auto attributes = NodeAttributes::Read(*graph, node, op::kUniformQuantize);
  const op::UniformGrid grid = op::ReadUniformGrid(*attributes);
  if (!SpellQdq(node, grid, graph, to)) SpellArithmetic(node, grid, to);
}

void SpellBinary(const Node& node, Graph* graph, NodeWriter* to) {
  std::string minus;
  if (const Tensor* scale = graph->Constant(node.Input(1))) {
    Tensor negative = *scale;
    for (float& value : negative.f32()) value = -value;
    minus = to->Constant("minus", std::move(negative));
  } else {
    minus = to->Add(op::kNeg.name, {node.inputs[1]});
  }
  const std::string positive =
      to->Add(op::kGreaterOrEqual.name, {node.inputs[0], to->Number("zero", 0.0f)});
  to->Add(op::kWhere.name, {positive, node.inputs[1], minus});
}

}  // namespace

void DequantizeScales(Graph* graph) {
  std::vector<std::string> scales;
  for (const Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record != &op::kUniformQuantize && record != &op::kBinaryQuantize) continue;
    scales.push_back(node.inputs[1]);
  }
  for (const std::string& scale : scales) {
    if (IsQuantized(*graph, scale)) static_cast<void>(DequantizeWeight(graph, scale));
  }
}

void SpellQuantizers(Graph* graph) {
  DequantizeScales(graph);
  std::vector<Node> nodes;
  std::set<std::string> scales;
  for (Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record == &op::kQuantizeGradient) {
      node.op = op::kIdentity.name;
      node.attributes.clear();
    }
    const bool uniform = record == &op::kUniformQuantize;
    if (!uniform && record != &op::kBinaryQuantize) {
      nodes.push_back(std::move(node));
      continue;
    }
    NodeWriter to(node, graph);
    if (uniform) {
      SpellUniform(node, graph, &to);
    } else {
      SpellBinary(node, graph, &to);
    }
    for (Node& part : std::move(to).Take()) nodes.push_back(std::move(part));
    scales.insert(node.inputs[1]);
  }
  graph->nodes = std::move(nodes);
  // Some are said in another shape.
  for (const std::string& scale : scales) {
    if (!graph->IsRead(scale)) graph->initializers.erase(scale);
  }
}

void WriteQuantizerTraining(Graph* graph) {
  std::erase_if(graph->metadata, [](const auto& entry) {
    return entry.first.starts_with(QuantizerTrainingKey(""));
  });
  for (const Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || !record->Has(op::kQuantizes)) continue;
    const auto how = QuantizerTraining::Of(node);
    if (!how.ok()) continue;
    const std::string text = how->Text();
    if (!text.empty()) graph->metadata[QuantizerTrainingKey(node.outputs[0])] = text;
  }
}

Status ReadQuantizerTraining(Graph* graph) {
  for (Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr || !record->Has(op::kQuantizes)) continue;
    const std::string key = QuantizerTrainingKey(node.outputs[0]);
    const auto entry = graph->metadata.find(key);
    if (entry == graph->metadata.end()) continue;
    const auto how = QuantizerTraining::FromText(entry->second);
    if (!how.ok()) return how.status().At("metadata " + key);
    how->SetOn(&node);
  }
  return OkStatus();
}

}  // namespace dc
