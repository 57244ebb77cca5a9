// Operators that standard ONNX has for whole numbers, too: those that only move them, that compare
// them, conversions, and sums of int32.
#include <algorithm>
#include <map>
#include <utility>

#include "model/dialects/integer_operators.h"
#include "model/element_types.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

Status Refuse(const Node& node) {
  return Unsupported("an operator on quantized numbers", "input " + Quoted(node.Input(0)),
                     "export the model with DequantizeLinear before it");
}

// `node` with the floats that stand for its input 0.
Status ReadMove(const Node& node, IntegerContext* context, NodeWriter* to) {
  const IntegerValue* value = context->values().Find(node.Input(0));
  if (value == nullptr || node.outputs.size() != 1) return Refuse(node);
  std::vector<std::string> inputs = node.inputs;
  inputs[0] = value->name;
  to->Add(node.op, std::move(inputs), node.attributes);
  IntegerValue moved = *value;
  moved.name = node.outputs[0];
  context->values().Set(node.outputs[0], moved);
  return OkStatus();
}

// Of values that have the zero in common that padding adds.
Status ReadPad(const Node& node, IntegerContext* context, NodeWriter* to) {
  const IntegerValue* value = context->values().Find(node.Input(0));
  const bool plain = value != nullptr && value->zero == 0 && value->zero_name.empty() &&
                     node.Input(2).empty() && node.Float("value", 0) == 0;
  return plain ? ReadMove(node, context, to) : Refuse(node);
}

Status ReadResize(const Node& node, IntegerContext* context, NodeWriter* to) {
  return node.String("mode", "nearest") == "nearest" ? ReadMove(node, context, to) : Refuse(node);
}

// Numbers of different grids are taken as they are.
Status ReadConcat(const Node& node, IntegerContext* context, NodeWriter* to) {
  std::vector<std::string> inputs;
  IntegerValue first;
  bool same = true;
  for (const std::string& input : node.inputs) {
    const IntegerValue* value = context->values().Find(input);
    if (value == nullptr) return Refuse(node);
    if (inputs.empty()) first = *value;
    same &= value->unit == first.unit && value->zero == first.zero &&
            value->zero_name == first.zero_name;
    inputs.push_back(value->name);
  }
  if (!same) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      inputs[i] = context->values().Raw(*context->values().Find(node.inputs[i]), to);
    }
    first = {.type = first.type};
  }
  to->Add(op::kConcat.name, inputs, node.attributes);
  first.name = node.outputs[0];
  context->values().Set(node.outputs[0], first);
  return OkStatus();
}

Status ReadClip(const Node& node, IntegerContext* context, NodeWriter* to) {
  const IntegerValue* value = context->values().Find(node.Input(0));
  if (value == nullptr || !value->zero_name.empty()) return Refuse(node);
  std::vector<std::string> inputs = {value->name};
  for (size_t i = 1; i < node.inputs.size(); ++i) {
    inputs.emplace_back();
    if (node.inputs[i].empty()) continue;
    const Tensor* bound = context->graph().Constant(node.inputs[i]);
    if (bound == nullptr || bound->size() != 1 || bound->type != value->type) return Refuse(node);
    const float whole = static_cast<float>(IntegerAt(*bound, 0) - value->zero);
    inputs.back() = to->Number("bound", whole * value->unit);
  }
  to->Add(op::kClip.name, inputs);
  IntegerValue clipped = *value;
  clipped.name = node.outputs[0];
  context->values().Set(node.outputs[0], clipped);
  return OkStatus();
}

Status ReadCast(const Node& node, IntegerContext* context, NodeWriter* to) {
  const IntegerValue& value = *context->values().Find(node.Input(0));
  const auto type = static_cast<DataType>(node.Int("to", 0));
  if (type != DataType::kFloat32 && type != DataType::kInt32 && type != DataType::kInt64) {
    return Unsupported("a conversion of quantized numbers to element type " +
                           std::to_string(static_cast<int>(type)),
                       "", "export the model with DequantizeLinear");
  }
  const std::string raw = context->values().Raw(value, to);
  if (type != DataType::kFloat32) {
    to->Add(op::kCast.name, {raw}, node.attributes);
  } else if (to->empty()) {
    to->Add(op::kIdentity.name, {raw});
  }
  return OkStatus();
}

Status ReadShape(const Node& node, IntegerContext* context, NodeWriter* to) {
  to->Add(node.op, {context->values().Find(node.Input(0))->name}, node.attributes);
  return OkStatus();
}

// Of int32: sums of narrower types wrap around.
Status ReadArithmeticOperator(const Node& node, IntegerContext* context, NodeWriter* to) {
  std::vector<std::string> inputs;
  for (const std::string& input : node.inputs) {
    const IntegerValue* value = context->values().Find(input);
    const Tensor* constant = context->graph().Constant(input);
    if (value != nullptr && value->type == DataType::kInt32) {
      inputs.push_back(context->values().Raw(*value, to));
    } else if (constant != nullptr && constant->type == DataType::kInt32) {
      Tensor floats = Tensor::Zeros(DataType::kFloat32, constant->shape);
      for (int64_t i = 0; i < floats.size(); ++i) {
        floats.f32()[static_cast<size_t>(i)] = static_cast<float>(IntegerAt(*constant, i));
      }
      inputs.push_back(to->Constant("numbers", std::move(floats)));
    } else {
      return Refuse(node);
    }
  }
  to->Add(node.op, inputs);
  context->values().Set(node.outputs[0], {.name = node.outputs[0]});
  return OkStatus();
}

}  // namespace

IntegerOperatorReader* FindIntegerMove(const Node& node) {
  static const std::map<const op::Operator*, IntegerOperatorReader*> readers = {
      {&op::kMaxPool, ReadMove},
      {&op::kGlobalMaxPool, ReadMove},
      {&op::kPad, ReadPad},
      {&op::kResize, ReadResize},
      {&op::kConcat, ReadConcat},
      {&op::kClip, ReadClip},
      {&op::kCast, ReadCast},
      {&op::kAdd, ReadArithmeticOperator},
      {&op::kSub, ReadArithmeticOperator},
      {&op::kMul, ReadArithmeticOperator},
  };
  if (node.domain.empty() && (node.op == "Shape" || node.op == "Size")) return ReadShape;
  const op::Operator* record = OperatorOf(node);
  const auto reader = readers.find(record);
  if (reader != readers.end()) return reader->second;
  const bool moves = record != nullptr && (record->Has(op::kReshapes) || record->map != nullptr ||
                                           record == &op::kIdentity);
  if (moves) return ReadMove;
  return [](const Node& refused, IntegerContext*, NodeWriter*) { return Refuse(refused); };
}

}  // namespace dc
