#include "model/element_types.h"

#include "model/node_attributes.h"

namespace dc {

std::map<std::string, DataType> InferElementTypes(const Graph& graph) {
  std::map<std::string, DataType> types;
  for (const ValueInfo& input : graph.inputs) types[input.name] = input.type;
  for (const ValueInfo& parameter : graph.uninitialized) types[parameter.name] = parameter.type;
  for (const auto& [name, tensor] : graph.initializers) types[name] = tensor.type;
  for (const Node& node : graph.nodes) {
    const op::Operator* record = OperatorOf(node);
    DataType type = DataType::kFloat32;
    if (record != nullptr) {
      switch (record->result) {
        case op::Element::kAny:
          for (size_t i = 0; i < node.inputs.size(); ++i) {
            const auto it = types.find(node.inputs[i]);
            if (record->Input(i).element != op::Element::kAny || it == types.end()) continue;
            type = it->second;
            break;
          }
          break;
        case op::Element::kInteger:
          type = DataType::kInt64;
          break;
        case op::Element::kBoolean:
          type = DataType::kBool;
          break;
        case op::Element::kTarget:
          type = static_cast<DataType>(node.Int("to", static_cast<int64_t>(type)));
          break;
      }
    }
    for (const std::string& output : node.outputs) types[output] = type;
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
