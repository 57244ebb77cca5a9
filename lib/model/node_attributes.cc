#include "model/node_attributes.h"

#include <algorithm>

#include "model/quoted.h"

namespace dc {
namespace {

// Whether `value` is the one that `only`, an attribute that changes the meaning, must have.
bool HasFixedValue(const op::OnnxOnly& only, const AttributeValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) return *number == only.number;
  if (const auto* text = std::get_if<std::string>(&value)) return *text == only.text;
  return false;
}

// Whether `value` is among the words of `spec`, where it has any.
bool HasWord(const op::AttributeSpec& spec, const AttributeValue& value) {
  if (spec.words.empty()) return true;
  const auto* word = std::get_if<std::string>(&value);
  return word != nullptr &&
         std::find(spec.words.begin(), spec.words.end(), *word) != spec.words.end();
}

Status CheckCovered(const Node& node, const op::Operator& record) {
  for (const auto& [key, value] : node.attributes) {
    const op::AttributeSpec* spec = record.Attribute(key);
    if (spec != nullptr && HasWord(*spec, value)) continue;
    const auto only =
        std::find_if(record.onnx_only.begin(), record.onnx_only.end(),
                     [&, k = &key](const op::OnnxOnly& each) { return each.name == *k; });
    if (only != record.onnx_only.end() && (!only->fixed || HasFixedValue(*only, value))) continue;
    const auto* text = std::get_if<std::string>(&value);
    return Unsupported("attribute " + Quoted(key) + (text ? ", " + Quoted(*text) + "," : "") +
                           " of " + node.op + " is not covered",
                       "", "export the model without it");
  }
  return OkStatus();
}

}  // namespace

std::vector<int64_t> IntegersOf(const Tensor& tensor) {
  const auto widened = [](auto values) {
    return std::vector<int64_t>(values.begin(), values.end());
  };
  switch (tensor.type) {
    case DataType::kInt64:
      return widened(tensor.data<int64_t>());
    case DataType::kInt32:
      return widened(tensor.data<int32_t>());
    case DataType::kBool:
      return widened(tensor.data<uint8_t>());
    default:
      return {};
  }
}

const op::Operator* OperatorOf(const Node& node) {
  return node.domain.empty() ? op::FindOperator(node.op) : nullptr;
}

Status NodeAttributes::ReadSetting(const std::string& input, const Tensor& tensor,
                                   const op::AttributeSpec& setting) {
  const bool floats = setting.type == op::AttributeType::kFloats;
  if (floats || setting.type == op::AttributeType::kFloat) {
    if (tensor.type == DataType::kFloat32 && (floats || tensor.size() == 1)) {
      floats_[std::string(setting.name)].assign(tensor.f32().begin(), tensor.f32().end());
      return OkStatus();
    }
  } else {
    std::vector<int64_t> values = IntegersOf(tensor);
    const bool list = setting.type == op::AttributeType::kInts;
    if (static_cast<int64_t>(values.size()) == tensor.size() && (list || values.size() == 1)) {
      ints_[std::string(setting.name)] = std::move(values);
      return OkStatus();
    }
  }
  return Unsupported("input " + Quoted(input) + ", its " + std::string(setting.name) +
                         ", is a constant of type " + NameOf(tensor.type) + " and shape " +
                         ShapeText(tensor.shape),
                     "", "export the model with a standard exporter");
}

StatusOr<NodeAttributes> NodeAttributes::Read(const Graph& graph, const Node& node,
                                              const op::Operator& record) {
  DC_RETURN_IF_ERROR(CheckCovered(node, record));
  NodeAttributes attributes(node, record);
  // Canonicalisation left it because it could not tell what the older operator set means by it.
  if (record.Has(op::kOnceOverMatrices) && graph.opset < record.opset &&
      attributes.Int("axis") != -1) {
    return Unsupported(
        "a " + node.op + " of opset " + std::to_string(graph.opset) + " over several axes", "",
        "convert the model to opset 13 (onnx.version_converter)");
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const op::InputSpec& spec = record.Input(i);
    if (spec.role != op::Role::kSetting || node.inputs[i].empty()) continue;
    const Tensor* tensor = graph.Constant(node.inputs[i]);
    if (tensor == nullptr) {
      return Unsupported(
          "input " + Quoted(node.inputs[i]) + ", its " + std::string(spec.name) + ", is computed",
          "", "export the model with constant shapes and bounds");
    }
    DC_RETURN_IF_ERROR(
        attributes.ReadSetting(node.inputs[i], *tensor, *record.Attribute(spec.name)));
  }
  return attributes;
}

int64_t NodeAttributes::Int(std::string_view name) const {
  if (const auto it = ints_.find(name); it != ints_.end()) return it->second[0];
  const op::AttributeSpec* spec = record_->Attribute(name);
  const int64_t otherwise = spec != nullptr ? spec->int_default : 0;
  if (spec == nullptr || spec->words.empty()) return node_->Int(std::string(name), otherwise);
  const std::string word =
      node_->String(std::string(name), std::string(spec->words[static_cast<size_t>(otherwise)]));
  return std::find(spec->words.begin(), spec->words.end(), word) - spec->words.begin();
}

float NodeAttributes::Float(std::string_view name) const {
  if (const auto it = floats_.find(name); it != floats_.end()) return it->second[0];
  const op::AttributeSpec* spec = record_->Attribute(name);
  return node_->Float(std::string(name), spec != nullptr ? spec->float_default : 0.0f);
}

namespace {

// The list that `node` has at `name`, empty where there is none.
template <typename T>
std::span<const T> ListAt(const Node& node, std::string_view name) {
  const auto it = node.attributes.find(std::string(name));
  if (it == node.attributes.end()) return {};
  const auto* list = std::get_if<std::vector<T>>(&it->second);
  return list != nullptr ? std::span<const T>(*list) : std::span<const T>();
}

}  // namespace

std::span<const int64_t> NodeAttributes::Ints(std::string_view name) const {
  if (const auto it = ints_.find(name); it != ints_.end()) return it->second;
  return ListAt<int64_t>(*node_, name);
}

std::span<const float> NodeAttributes::Floats(std::string_view name) const {
  if (const auto it = floats_.find(name); it != floats_.end()) return it->second;
  return ListAt<float>(*node_, name);
}

}  // namespace dc
