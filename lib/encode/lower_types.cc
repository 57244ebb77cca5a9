#include "encode/lower_types.h"

#include "model/element_types.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

DataType TypeOf(const ElementTypes& types, const std::string& value) {
  const auto it = types.find(value);
  return it == types.end() ? DataType::kFloat32 : it->second;
}

// Whether whole numbers of the type are computed with as floats are: sums of narrower ones wrap
// around.
bool IsWide(DataType type) {
  return type == DataType::kInt64 || type == DataType::kInt32 || type == DataType::kBool;
}

}  // namespace

bool CanBeFloats(DataType type) { return type != DataType::kFloat16 && type != DataType::kFloat64; }

StatusOr<Tensor> AsFloats(const std::string& name, const Tensor& tensor) {
  constexpr int64_t kMost = int64_t{1} << 24;
  Tensor floats = Tensor::Zeros(DataType::kFloat32, tensor.shape);
  for (int64_t i = 0; i < tensor.size(); ++i) {
    const int64_t value = IntegerAt(tensor, i);
    if (value < -kMost || value > kMost) {
      return Unsupported("a .dcz cannot hold " + std::to_string(value) + " in tensor " +
                             Quoted(name) + " of type " + NameOf(tensor.type),
                         "", "whole numbers go up to 2^24: convert the model to float32");
    }
    floats.f32()[static_cast<size_t>(i)] = static_cast<float>(value);
  }
  return floats;
}

bool CastsNothing(const ElementTypes& types, const Node& node) {
  if (OperatorOf(node) != &op::kCast) return false;
  const DataType from = TypeOf(types, node.Input(0)), to = TypeOf(types, node.outputs[0]);
  const bool to_wide = to == DataType::kInt64 || to == DataType::kInt32;
  return to == from || to == DataType::kFloat32 || (to_wide && from != DataType::kFloat32);
}

Status CheckElementTypes(const ElementTypes& types, const Node& node, const op::Operator& record) {
  for (size_t i = 0; i < node.inputs.size() && i < record.max_inputs; ++i) {
    const op::InputSpec& input = record.Input(i);
    const DataType type = TypeOf(types, node.inputs[i]);
    if (input.role == op::Role::kSetting || input.element != op::Element::kAny) continue;
    if (node.inputs[i].empty() || type == DataType::kFloat32) continue;
    const bool moves = record.Has(op::kReshapes) || record.result == op::Element::kTarget;
    if (record.Has(op::kWhole) && (IsWide(type) || moves)) continue;
    return Unsupported(node.op + " of type " + NameOf(type), "",
                       "export the model so that it computes with floats");
  }
  if (record.result != op::Element::kTarget) return OkStatus();
  const DataType to = TypeOf(types, node.outputs[0]);
  if (IsWide(to)) return OkStatus();
  const bool named = SizeOf(to) > 0;
  return Unsupported(
      "a conversion to " +
          (named ? NameOf(to) : "ONNX's type number " + std::to_string(static_cast<int>(to))),
      "", "export the model so that it computes with floats");
}

}  // namespace dc
