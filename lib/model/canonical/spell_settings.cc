#include <algorithm>
#include <string>
#include <utility>
#include <variant>

#include "model/canonical/canonical.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// The attribute value as the tensor that the input of its name takes; nothing for other types.
bool ToTensor(const AttributeValue& value, Tensor* tensor) {
  if (const auto* number = std::get_if<float>(&value)) {
    *tensor = Tensor::F32({}, {number, 1});
  } else if (const auto* list = std::get_if<std::vector<int64_t>>(&value)) {
    *tensor = Tensor::I64(*list);
  } else {
    return false;
  }
  return true;
}

// Attributes that operators had before opset 13, and the value that is their only meaning now.
struct Dropped {
  const op::Operator* record;
  const char* attribute;
  int64_t value;
};
const Dropped kDropped[] = {
    {&op::kBatchNormalization, "spatial", 1},  // opsets 7 and 8: statistics per channel
};

}  // namespace

void SpellSettings(Graph* graph) {
  for (Node& node : graph->nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record == nullptr) continue;
    for (size_t i = 0; i < record->inputs.size(); ++i) {
      const op::InputSpec& input = record->inputs[i];
      if (input.role != op::Role::kSetting) continue;
      const auto attribute = node.attributes.find(std::string(input.name));
      Tensor tensor;
      if (attribute == node.attributes.end() || !ToTensor(attribute->second, &tensor)) continue;
      node.attributes.erase(attribute);
      if (!node.Input(i).empty() || node.outputs.empty()) continue;
      const std::string name = graph->FreshName(node.outputs[0] + "_" + std::string(input.name));
      graph->initializers[name] = std::move(tensor);
      if (node.inputs.size() <= i) node.inputs.resize(i + 1);
      node.inputs[i] = name;
    }
    for (const Dropped& dropped : kDropped) {
      if (record == dropped.record &&
          node.Int(dropped.attribute, ~dropped.value) == dropped.value) {
        node.attributes.erase(dropped.attribute);
      }
    }
  }
}

}  // namespace dc
