#include "model/element_types.h"

#include <optional>

#include "model/node_attributes.h"

namespace dc {
namespace {

using Types = std::map<std::string, DataType>;

std::optional<DataType> Find(const Types& types, const std::string& value) {
  const auto it = types.find(value);
  return it != types.end() ? std::optional(it->second) : std::nullopt;
}

// Of an operator without a record.
std::optional<DataType> TypeWithoutRecord(const Node& node, const Types& types) {
  if (!node.domain.empty()) return std::nullopt;
  if (node.op == "Shape" || node.op == "Size") return DataType::kInt64;
  if (node.op == "CastLike") return Find(types, node.Input(1));
  return std::nullopt;
}

std::optional<DataType> TypeOfOutputs(const Node& node, const Types& types) {
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr) return TypeWithoutRecord(node, types);
  switch (record->result) {
    case op::Element::kInteger:
      return DataType::kInt64;
    case op::Element::kBoolean:
      return DataType::kBool;
    case op::Element::kTarget:
      return static_cast<DataType>(node.Int("to", static_cast<int64_t>(DataType::kFloat32)));
    case op::Element::kAny:
      break;
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const auto type = Find(types, node.inputs[i]);
    if (type && record->Input(i).element == op::Element::kAny) return type;
  }
  return std::nullopt;
}

}  // namespace

std::map<std::string, DataType> InferElementTypes(const Graph& graph) {
  Types types;
  for (const ValueInfo& input : graph.inputs) types[input.name] = input.type;
  for (const ValueInfo& parameter : graph.uninitialized) types[parameter.name] = parameter.type;
  for (const auto& [name, tensor] : graph.initializers) types[name] = tensor.type;
  for (const Node& node : graph.nodes) {
    const auto type = TypeOfOutputs(node, types);
    if (!type) continue;
    for (const std::string& output : node.outputs) types[output] = *type;
  }
  return types;
}

int64_t IntegerAt(const Tensor& tensor, int64_t i) {
  const size_t at = static_cast<size_t>(i);
  switch (tensor.type) {
    case DataType::kInt64:
      return tensor.data<int64_t>()[at];
    case DataType::kInt32:
      return tensor.data<int32_t>()[at];
    case DataType::kUint16:
      return tensor.data<uint16_t>()[at];
    case DataType::kInt16:
      return tensor.data<int16_t>()[at];
    case DataType::kInt8:
    case DataType::kInt4:
    case DataType::kInt2:
      return tensor.data<int8_t>()[at];
    default:  // kUint8, kUint4, kUint2, kBool
      return tensor.data<uint8_t>()[at];
  }
}

}  // namespace dc
