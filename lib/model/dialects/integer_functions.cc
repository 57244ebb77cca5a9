// com.microsoft's functions of quantized values: of the real numbers, quantized again.
#include <map>
#include <string_view>
#include <utility>

#include "model/dialects/channels_last.h"
#include "model/dialects/integer_operators.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

Status ReadQLinearAdd(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
  DC_ASSIGN_OR_RETURN(const std::string a, context->Dequantized(node, 0, 1, 2, 0, to));
  DC_ASSIGN_OR_RETURN(const std::string b, context->Dequantized(node, 3, 4, 5, 0, to));
  return context->Quantize(node, to->Add(op::kAdd.name, {a, b}), 6, 7, 0, to);
}

Status ReadQLinearConcat(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"axis"}));
  std::vector<std::string> parts;
  for (size_t i = 2; i < node.inputs.size(); i += 3) {
    DC_ASSIGN_OR_RETURN(std::string part, context->Dequantized(node, i, i + 1, i + 2, 0, to));
    parts.push_back(std::move(part));
  }
  return context->Quantize(node, to->Add(op::kConcat.name, parts, node.attributes), 0, 1, 0, to);
}

Status ReadUnary(const Node& node, std::string_view op,
                 std::map<std::string, AttributeValue> attributes, IntegerContext* context,
                 NodeWriter* to) {
  DC_ASSIGN_OR_RETURN(const std::string x, context->Dequantized(node, 0, 1, 2, 0, to));
  return context->Quantize(node, to->Add(op, {x}, std::move(attributes)), 3, 4, 0, to);
}

Status ReadQLinearSigmoid(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
  return ReadUnary(node, op::kSigmoid.name, {}, context, to);
}

Status ReadQLinearLeakyRelu(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"alpha"}));
  return ReadUnary(node, op::kLeakyRelu.name, node.attributes, context, to);
}

Status ReadQLinearSoftmax(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"axis", "opset"}));
  const int64_t axis = node.Int("axis", -1);
  const op::Shape* shape = context->shapes().Find(node.Input(0));
  const bool last =
      axis == -1 || (shape != nullptr && axis + 1 == static_cast<int64_t>(shape->size()));
  constexpr int64_t kOverOneAxis = 13;
  if (node.Int("opset", kOverOneAxis) < kOverOneAxis && !last) {
    return Unsupported("a Softmax over several axes", "attribute 'axis'",
                       "export the model with opset 13 or newer");
  }
  // Of one axis, whatever the graph's own opset means by it.
  if (context->graph().opset < kOverOneAxis && !last) {
    return Unsupported("a Softmax of opset 13 in a model of an older one", "attribute 'opset'",
                       "export the model with opset 13 or newer");
  }
  return ReadUnary(node, op::kSoftmax.name, {{"axis", axis}}, context, to);
}

Status ReadPool(const Node& node, std::string_view op, IntegerContext* context, NodeWriter* to) {
  DC_ASSIGN_OR_RETURN(std::string x, context->Dequantized(node, 0, 1, 2, 0, to));
  std::map<std::string, AttributeValue> attributes = node.attributes;
  attributes.erase("channels_last");
  const bool turned = node.Int("channels_last", 0) != 0;
  const op::Shape* shape = context->shapes().Find(node.Input(0));
  if (turned && shape == nullptr) {
    return Unsupported("channels_last of a value of unknown shape",
                       "input " + Quoted(node.Input(0)), "export the model with shapes");
  }
  if (turned) x = ToChannelsFirst(x, shape->size(), to);
  x = to->Add(op, {x}, std::move(attributes));
  if (turned) x = ToChannelsLast(x, shape->size(), to);
  return context->Quantize(node, x, 3, 4, 0, to);
}

Status ReadQLinearAveragePool(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(
      CheckAttributes(node, {"auto_pad", "ceil_mode", "channels_last", "count_include_pad",
                             "kernel_shape", "pads", "strides"}));
  return ReadPool(node, op::kAveragePool.name, context, to);
}

Status ReadQLinearGlobalAveragePool(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"channels_last"}));
  return ReadPool(node, op::kGlobalAveragePool.name, context, to);
}

}  // namespace

IntegerOperatorReader* FindIntegerFunction(const Node& node) {
  static const std::map<std::string_view, IntegerOperatorReader*> readers = {
      {"QLinearAdd", ReadQLinearAdd},
      {"QLinearConcat", ReadQLinearConcat},
      {"QLinearSigmoid", ReadQLinearSigmoid},
      {"QLinearLeakyRelu", ReadQLinearLeakyRelu},
      {"QLinearSoftmax", ReadQLinearSoftmax},
      {"QLinearAveragePool", ReadQLinearAveragePool},
      {"QLinearGlobalAveragePool", ReadQLinearGlobalAveragePool},
  };
  const auto reader = readers.find(node.op);
  return reader == readers.end() || node.domain != "com.microsoft" ? nullptr : reader->second;
}

}  // namespace dc
