#include <algorithm>
#include <string>
#include <variant>

#include "base/half.h"
#include "model/canonical/canonical.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

bool IsOtherFloat(DataType type) {
  return type == DataType::kFloat16 || type == DataType::kFloat64;
}

Tensor ToFloat32(const Tensor& tensor) {
  Tensor result = Tensor::Zeros(DataType::kFloat32, tensor.shape);
  if (tensor.type == DataType::kFloat16) {
    const auto values = tensor.data<uint16_t>();
    std::transform(values.begin(), values.end(), result.f32().begin(), HalfToFloat);
  } else {
    const auto values = tensor.data<double>();
    std::transform(values.begin(), values.end(), result.f32().begin(),
                   [](double v) { return static_cast<float>(v); });
  }
  return result;
}

// The attribute of a conversion that names its target type.
constexpr const char* kTarget = "to";

}  // namespace

void ConvertFloats(Graph* graph) {
  size_t count = 0;
  std::string first;
  DataType from = DataType::kFloat32;
  for (auto& [name, tensor] : graph->initializers) {
    if (!IsOtherFloat(tensor.type)) continue;
    if (count++ == 0) {
      first = name;
      from = tensor.type;
    }
    tensor = ToFloat32(tensor);
  }
  for (auto* values : {&graph->inputs, &graph->outputs, &graph->uninitialized}) {
    for (ValueInfo& value : *values) {
      if (IsOtherFloat(value.type)) value.type = DataType::kFloat32;
    }
  }
  for (Node& node : graph->nodes) {
    for (auto& [key, value] : node.attributes) {
      if (auto* tensor = std::get_if<Tensor>(&value); tensor && IsOtherFloat(tensor->type)) {
        *tensor = ToFloat32(*tensor);
      }
    }
    if (OperatorOf(node) != &op::kCast) continue;
    const auto target = static_cast<DataType>(node.Int(kTarget, 0));
    if (IsOtherFloat(target)) {
      node.attributes[kTarget] = static_cast<int64_t>(DataType::kFloat32);
    }
  }
  if (count > 0) {
    const bool one = count == 1;
    graph->notes.push_back(std::to_string(count) + (one ? " tensor" : " tensors") + " of type " +
                           NameOf(from) + " ('" + first + (one ? "') is" : "' the first) are") +
                           " read as float32");
  }
}

}  // namespace dc
