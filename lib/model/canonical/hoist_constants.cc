#include <utility>
#include <variant>

#include "model/canonical/canonical.h"
#include "op/operator.h"

namespace dc {
namespace {

constexpr const char* kConstant = "Constant";

// The value of a Constant node, whichever of its attributes holds it; null where that is no tensor
// of numbers.
const Tensor* ValueOf(const Node& node, Tensor* made) {
  if (node.attributes.size() != 1) return nullptr;
  const auto& [key, value] = *node.attributes.begin();
  if (const auto* tensor = std::get_if<Tensor>(&value)) return key == "value" ? tensor : nullptr;
  if (const auto* one = std::get_if<float>(&value); one && key == "value_float") {
    *made = Tensor::F32({}, {one, 1});
  } else if (const auto* list = std::get_if<std::vector<float>>(&value);
             list && key == "value_floats") {
    *made = Tensor::F32({static_cast<int64_t>(list->size())}, *list);
  } else if (const auto* integer = std::get_if<int64_t>(&value); integer && key == "value_int") {
    *made = Tensor::I64({integer, 1});
    made->shape.clear();
  } else if (const auto* integers = std::get_if<std::vector<int64_t>>(&value);
             integers && key == "value_ints") {
    *made = Tensor::I64(*integers);
  } else {
    return nullptr;
  }
  return made;
}

}  // namespace

void HoistConstants(Graph* graph) {
  std::erase_if(graph->nodes, [&](const Node& node) {
    if (node.op != kConstant || !node.domain.empty() || node.outputs.size() != 1) return false;
    Tensor made;
    const Tensor* value = ValueOf(node, &made);
    if (value == nullptr) return false;
    graph->initializers[node.outputs[0]] = *value;
    return true;
  });
}

}  // namespace dc
