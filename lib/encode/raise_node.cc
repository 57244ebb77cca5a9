#include "encode/raise_node.h"

#include <utility>

#include "format/ops.h"

namespace dc {
namespace {

// Clip takes its bounds as inputs from this opset on, as attributes before.
constexpr int64_t kClipInputsOpset = 11;

void RaiseAttribute(const format::Node& from, const format::AttributeSpec& attribute, int64_t opset,
                    const AddConstant& add_constant, Node* node) {
  const format::Attributes values(from);
  const std::string name(attribute.name);
  if (attribute.type == format::AttributeType::kInts) {
    const auto list = values.Ints(name);
    if (list.empty() || from.op == format::Op::kReshape) return;
    node->attributes[name] = std::vector<int64_t>(list.begin(), list.end());
  } else if (attribute.type == format::AttributeType::kInt) {
    // Defaults that ONNX does not have, or had differently in earlier versions, are written out.
    const bool always = from.op == format::Op::kConcat || from.op == format::Op::kLrn ||
                        from.op == format::Op::kSoftmax;
    if (always || values.Int(name) != attribute.int_default) {
      node->attributes[name] = values.Int(name);
    }
  } else if (from.op == format::Op::kClip && opset >= kClipInputsOpset) {
    const float bound = values.Float(name);
    const bool given = bound != attribute.float_default;
    node->inputs.push_back(
        given ? add_constant(node->outputs[0] + "_" + name, Tensor::F32({}, {&bound, 1})) : "");
  } else if (values.Float(name) != attribute.float_default) {
    node->attributes[name] = values.Float(name);
  }
}

}  // namespace

Node RaiseNode(const format::Node& from, int64_t opset, std::vector<std::string> inputs,
               const std::string& output, const AddConstant& add_constant) {
  const format::OpSpec& spec = *format::FindOp(from.op);
  Node node;
  node.op = spec.name;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  if (from.op == format::Op::kReshape) {
    const auto shape = format::Attributes(from).Ints("shape");
    node.inputs.push_back(add_constant(output + "_shape", Tensor::I64(shape)));
  }
  for (const format::AttributeSpec& attribute : spec.attributes) {
    RaiseAttribute(from, attribute, opset, add_constant, &node);
  }
  while (!node.inputs.empty() && node.inputs.back().empty()) node.inputs.pop_back();
  return node;
}

}  // namespace dc
