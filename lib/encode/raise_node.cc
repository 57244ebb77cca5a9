#include "encode/raise_node.h"

#include <algorithm>
#include <utility>

#include "format/ops.h"

namespace dc {
namespace {

// What a setting input holds, or "" where its default says the same.
std::string RaiseSetting(const op::AttributeSpec& setting, const format::Attributes& attributes,
                         const std::string& output, const AddConstant& add_constant) {
  const std::string name = output + "_" + std::string(setting.name);
  switch (setting.type) {
    case op::AttributeType::kFloat: {
      const float value = attributes.Float(setting.name);
      if (value == setting.float_default) return "";
      return add_constant(name, Tensor::F32({}, {&value, 1}));
    }
    case op::AttributeType::kInts: {
      const auto list = attributes.Ints(setting.name);
      return list.empty() ? "" : add_constant(name, Tensor::I64(list));
    }
    case op::AttributeType::kFloats: {
      const auto list = attributes.Floats(setting.name);
      return list.empty()
                 ? ""
                 : add_constant(name, Tensor::F32({static_cast<int64_t>(list.size())}, list));
    }
    case op::AttributeType::kInt: {
      const int64_t value = attributes.Int(setting.name);
      if (!setting.required && value == setting.int_default) return "";
      Tensor scalar = Tensor::I64({&value, 1});
      scalar.shape.clear();
      return add_constant(name, std::move(scalar));
    }
  }
  return "";
}

void RaiseAttribute(const op::AttributeSpec& attribute, const format::Attributes& attributes,
                    Node* node) {
  const std::string name(attribute.name);
  switch (attribute.type) {
    case op::AttributeType::kFloat:
      if (attributes.Float(name) != attribute.float_default) {
        node->attributes[name] = attributes.Float(name);
      }
      break;
    case op::AttributeType::kInts:
      if (const auto list = attributes.Ints(name); !list.empty()) {
        node->attributes[name] = std::vector<int64_t>(list.begin(), list.end());
      }
      break;
    case op::AttributeType::kFloats:
      if (const auto list = attributes.Floats(name); !list.empty()) {
        node->attributes[name] = std::vector<float>(list.begin(), list.end());
      }
      break;
    case op::AttributeType::kInt: {
      const int64_t value = attributes.Int(name);
      if (!attribute.required && value == attribute.int_default) break;
      if (attribute.words.empty()) {
        node->attributes[name] = value;
      } else if (value >= 0 && static_cast<size_t>(value) < attribute.words.size()) {
        node->attributes[name] = std::string(attribute.words[static_cast<size_t>(value)]);
      }
      break;
    }
  }
}

}  // namespace

Node RaiseNode(const format::Node& from, std::vector<std::string> inputs, const std::string& output,
               const AddConstant& add_constant) {
  const op::Operator& record = *op::FindOperator(from.op);
  const format::Attributes attributes(from);
  Node node;
  node.op = record.name;
  node.inputs = std::move(inputs);
  node.outputs = {output};
  for (const op::AttributeSpec& attribute : record.attributes) {
    const auto input =
        std::find_if(record.inputs.begin(), record.inputs.end(), [&](const op::InputSpec& each) {
          return each.role == op::Role::kSetting && each.name == attribute.name;
        });
    if (input == record.inputs.end()) {
      RaiseAttribute(attribute, attributes, &node);
      continue;
    }
    const size_t index = static_cast<size_t>(input - record.inputs.begin());
    if (node.inputs.size() <= index) node.inputs.resize(index + 1);
    node.inputs[index] = RaiseSetting(attribute, attributes, output, add_constant);
  }
  while (!node.inputs.empty() && node.inputs.back().empty()) node.inputs.pop_back();
  return node;
}

}  // namespace dc
