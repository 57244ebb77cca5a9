#include "encode/lower_attributes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "model/quoted.h"

namespace dc {
namespace {

using format::AttributeSpec;
using format::AttributeType;

Status CannotHold(const Node& node, const std::string& what, const std::string& advice) {
  return Unsupported("a .dcz cannot hold " + what, Quoted(node), advice);
}

// Attributes that are folded into others or that change nothing at inference. Their values are
// checked where another value would change the result.
struct Ignored {
  std::string_view op, attribute;
};
constexpr Ignored kIgnored[] = {
    {"Conv", "kernel_shape"},
    {"Conv", "auto_pad"},
    {"MaxPool", "auto_pad"},
    {"AveragePool", "auto_pad"},
    {"MaxPool", "storage_order"},  // orders the indices output,
                                   // which must be unused
    {"BatchNormalization", "momentum"},
};

Status CheckAttributes(const Node& node, const format::OpSpec& spec,
                       const NodeSurroundings& surroundings) {
  for (const auto& [key, value] : node.attributes) {
    const bool in_spec =
        std::any_of(spec.attributes.begin(), spec.attributes.end(),
                    [&, k = &key](const AttributeSpec& attribute) { return attribute.name == *k; });
    const bool ignored =
        std::any_of(std::begin(kIgnored), std::end(kIgnored), [&, k = &key](const Ignored& entry) {
          return entry.op == node.op && entry.attribute == *k;
        });
    const int64_t* number = std::get_if<int64_t>(&value);
    // BatchNormalization before opset 9 and from opset 14 on: inference is spatial, not training.
    const bool inference =
        node.op == "BatchNormalization" && number &&
        ((key == "training_mode" && *number == 0) || (key == "spatial" && *number == 1));
    if (!in_spec && !ignored && !inference) {
      return CannotHold(node, "attribute '" + key + "'", "export the model without it");
    }
  }
  const std::vector<int64_t>& shape = surroundings.weight_shape;
  if (node.op == "Conv" && shape.size() > 2) {
    const std::vector<int64_t> kernel(shape.begin() + 2, shape.end());
    if (node.Ints("kernel_shape", kernel) != kernel) {
      return BadInput("kernel_shape is not the weight's", Quoted(node), "export the model again");
    }
  }
  return OkStatus();
}

// Explicit pads of "same" padding, which for stride 1 do not depend on the input's size.
Status LowerAutoPad(const Node& node, const NodeSurroundings& surroundings,
                    std::vector<int64_t>* pads) {
  const std::string mode = node.String("auto_pad", "NOTSET");
  if (mode == "NOTSET" || mode.empty()) return OkStatus();
  pads->clear();
  if (mode == "VALID") return OkStatus();
  const std::vector<int64_t>& shape = surroundings.weight_shape;
  std::vector<int64_t> kernel = node.Ints("kernel_shape", {});
  if (kernel.empty() && shape.size() > 2) kernel.assign(shape.begin() + 2, shape.end());
  const std::vector<int64_t> ones(kernel.size(), 1);
  const std::vector<int64_t> dilations = node.Ints("dilations", ones);
  const bool upper = mode == "SAME_UPPER";
  if ((!upper && mode != "SAME_LOWER") || kernel.empty() || node.Ints("strides", ones) != ones ||
      dilations.size() != kernel.size()) {
    return CannotHold(node, "auto_pad " + mode + " with strides",
                      "export the model with explicit pads");
  }
  std::vector<int64_t> begins, ends;
  for (size_t d = 0; d < kernel.size(); ++d) {
    const int64_t total = (kernel[d] - 1) * dilations[d];
    begins.push_back(upper ? total / 2 : total - total / 2);
    ends.push_back(total - begins.back());
  }
  *pads = begins;
  pads->insert(pads->end(), ends.begin(), ends.end());
  return OkStatus();
}

// The constant int64 or float input `index` into `numbers`; absent inputs leave it alone.
template <typename T>
Status ConstantInput(const Node& node, size_t index, DataType type, const Graph& graph,
                     std::vector<T>* numbers) {
  if (node.Input(index).empty()) return OkStatus();
  const Tensor* tensor = graph.Constant(node.Input(index));
  if (!tensor) {
    return CannotHold(node, "an input '" + node.Input(index) + "' that is computed",
                      "export the model with constant shapes and bounds");
  }
  if (tensor->type != type) {
    return CannotHold(node, std::string("a constant input of type ") + NameOf(tensor->type),
                      std::string("give it as ") + NameOf(type));
  }
  numbers->assign(tensor->data<T>().begin(), tensor->data<T>().end());
  return OkStatus();
}

Status LowerInts(const Node& node, const AttributeSpec& attribute,
                 const NodeSurroundings& surroundings, std::vector<int64_t>* list) {
  *list = node.Ints(std::string(attribute.name), {});
  int64_t neutral = -1;
  if (attribute.name == "pads") {
    DC_RETURN_IF_ERROR(LowerAutoPad(node, surroundings, list));
    neutral = 0;
  } else if (attribute.name == "strides" || attribute.name == "dilations") {
    neutral = 1;
  } else if (node.op == "Reshape") {
    DC_RETURN_IF_ERROR(ConstantInput(node, 1, DataType::kInt64, *surroundings.graph, list));
    if (surroundings.free_batch && !list->empty() && list->front() == 1) {
      const bool wildcard = std::find(list->begin(), list->end(), -1) != list->end();
      if (wildcard && node.Int("allowzero", 0) != 0) {
        return CannotHold(node, "a fixed batch together with allowzero",
                          "export the model with a free batch dimension");
      }
      // 0 copies the batch from the input.
      list->front() = wildcard ? 0 : -1;
    }
    return OkStatus();
  }
  const bool says_nothing = neutral >= 0 && std::all_of(list->begin(), list->end(),
                                                        [&](int64_t v) { return v == neutral; });
  if (says_nothing) list->clear();
  return OkStatus();
}

Status LowerFloat(const Node& node, const AttributeSpec& attribute,
                  const NodeSurroundings& surroundings, float* number) {
  *number = node.Float(std::string(attribute.name), attribute.float_default);
  if (node.op != "Clip") return OkStatus();
  std::vector<float> bound;
  DC_RETURN_IF_ERROR(ConstantInput(node, attribute.name == "min" ? 1 : 2, DataType::kFloat32,
                                   *surroundings.graph, &bound));
  if (bound.size() == 1) *number = bound[0];
  return OkStatus();
}

// The axis of a Softmax. Before opset 13 it is 1 by default and the input is taken for a matrix
// split at the axis: the same thing as today's meaning for a matrix, and only there.
Status LowerSoftmaxAxis(const Node& node, const NodeSurroundings& surroundings, int64_t* axis) {
  if (surroundings.graph->opset >= 13) return OkStatus();
  *axis = node.Int("axis", 1);
  if (surroundings.matrix && (*axis == 1 || *axis == -1)) return OkStatus();
  return CannotHold(
      node,
      "a Softmax of opset " + std::to_string(surroundings.graph->opset) + " on more than a matrix",
      "convert the model to opset 13 (onnx.version_converter)");
}

}  // namespace

Status LowerAttributes(const Node& node, const format::OpSpec& spec,
                       const NodeSurroundings& surroundings, format::Node* lowered) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, spec, surroundings));
  for (const AttributeSpec& attribute : spec.attributes) {
    if (attribute.type == AttributeType::kFloat) {
      float number;
      DC_RETURN_IF_ERROR(LowerFloat(node, attribute, surroundings, &number));
      lowered->floats.push_back(number);
    } else if (attribute.type == AttributeType::kInt) {
      int64_t number = node.Int(std::string(attribute.name), attribute.int_default);
      if (node.op == "Softmax") {
        DC_RETURN_IF_ERROR(LowerSoftmaxAxis(node, surroundings, &number));
      }
      lowered->ints.push_back(number);
    } else {
      std::vector<int64_t> list;
      DC_RETURN_IF_ERROR(LowerInts(node, attribute, surroundings, &list));
      lowered->ints.push_back(static_cast<int64_t>(list.size()));
      lowered->ints.insert(lowered->ints.end(), list.begin(), list.end());
    }
  }
  return OkStatus();
}

}  // namespace dc
