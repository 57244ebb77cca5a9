#include "model/canonical/constant_folder.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/node_attributes.h"
#include "model/quantized_form.h"

namespace dc {
namespace {

constexpr int64_t kFewBytes = 4096;               // a model does not grow by so many
constexpr int64_t kMostBytes = int64_t{1} << 24;  // of what comes from nothing large
constexpr int64_t kMostMade = int64_t{1} << 28;   // of all that does
constexpr size_t kFewElements = 1024;             // nothing large

int64_t Bytes(const Known& value) {
  return static_cast<int64_t>(value.size() * SizeOf(value.type));
}

bool OnlyMoves(const op::Operator& record) {
  return record.Has(op::kReshapes) || record.Has(op::kRenames) || record.map != nullptr ||
         &record == &op::kGather || &record == &op::kConcat;
}

}  // namespace

ConstantFolder::ConstantFolder(ShapeTracker* shapes, Graph* graph)
    : shapes_(*shapes), graph_(*graph) {
  for (const ValueInfo& output : graph_.outputs) graph_outputs_.insert(output.name);
  for (const Node& node : graph_.nodes) Count(node);
}

void ConstantFolder::Count(const Node& node) {
  const op::Operator* record = OperatorOf(node);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    ++readers_[node.inputs[i]];
    if (record == nullptr) continue;
    const op::Role role = record->Input(i).role;
    if (role != op::Role::kOperand && role != op::Role::kSetting) learned_.insert(node.inputs[i]);
  }
}

void ConstantFolder::Replace(const Node& node, const std::vector<Node>& parts) {
  for (const std::string& input : node.inputs) --readers_[input];
  for (const Node& part : parts) Count(part);
}

bool ConstantFolder::IsKnown(const std::string& value) const {
  if (with_batch_.count(value)) return true;
  const auto tensor = graph_.initializers.find(value);
  if (tensor == graph_.initializers.end() || tensor->second.size() > kMostKnown) return false;
  const DataType type = tensor->second.type;
  return type == DataType::kFloat32 || type == DataType::kInt64 || type == DataType::kInt32 ||
         type == DataType::kBool;
}

const Known& ConstantFolder::Find(const std::string& value) {
  if (const auto it = with_batch_.find(value); it != with_batch_.end()) return it->second;
  const auto [it, is_new] = read_.try_emplace(value);
  if (is_new) it->second = *Known::From(graph_.initializers.at(value));
  return it->second;
}

std::optional<Known> ConstantFolder::FromShape(const Node& node) const {
  const bool size = node.op == "Size";
  if ((node.op != "Shape" && !size) || !node.domain.empty() || node.inputs.empty()) {
    return std::nullopt;
  }
  const auto known = with_batch_.find(node.inputs[0]);
  const op::Shape* shape =
      known != with_batch_.end() ? &known->second.shape : shapes_.Find(node.inputs[0]);
  if (shape == nullptr) return std::nullopt;
  std::vector<int64_t> numbers, batches;
  if (size) {
    const auto product = op::Product(*shape);
    if (!product) return std::nullopt;
    return Known::Integers(DataType::kInt64, {}, {std::max<int64_t>(*product, 0)},
                           {std::max<int64_t>(-*product, 0)});
  }
  const auto rank = static_cast<int64_t>(shape->size());
  const auto clamp = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + rank : i, 0, rank); };
  for (int64_t d = clamp(node.Int("start", 0)); d < clamp(node.Int("end", rank)); ++d) {
    const int64_t extent = (*shape)[static_cast<size_t>(d)];
    numbers.push_back(std::max<int64_t>(extent, 0));
    batches.push_back(std::max<int64_t>(-extent, 0));
  }
  const auto count = static_cast<int64_t>(numbers.size());
  return Known::Integers(DataType::kInt64, {count}, std::move(numbers), std::move(batches));
}

std::optional<Known> ConstantFolder::FromInputs(const Node& node) {
  const bool known =
      std::all_of(node.inputs.begin(), node.inputs.end(),
                  [&](const std::string& input) { return input.empty() || IsKnown(input); });
  if (!known) return std::nullopt;
  std::vector<const Known*> inputs;
  bool has_batch = false;
  for (const std::string& input : node.inputs) {
    inputs.push_back(input.empty() ? nullptr : &Find(input));
    if (inputs.back() != nullptr) has_batch |= !inputs.back()->batches.empty();
  }
  auto result = Evaluate(graph_, node, inputs);
  const int64_t batch = shapes_.declared_batch();
  if (!result && has_batch && batch > 0) {
    std::vector<Known> fixed;
    for (const Known* input : inputs) fixed.push_back(input ? input->At(batch) : Known());
    for (size_t i = 0; i < inputs.size(); ++i) {
      if (inputs[i] != nullptr) inputs[i] = &fixed[i];
    }
    result = Evaluate(graph_, node, inputs);
  }
  std::erase_if(read_, [](const auto& entry) { return entry.second.size() > kFewElements; });
  return result;
}

bool ConstantFolder::MayReplace(const Node& node, const Known& result) const {
  if (!result.is_float()) return Bytes(result) <= kMostBytes;
  const op::Operator* record = OperatorOf(node);
  const bool moves = record != nullptr && OnlyMoves(*record);
  int64_t going = 0;
  bool large = false;
  for (const std::string& input : node.inputs) {
    const auto tensor = graph_.initializers.find(input);
    if (tensor == graph_.initializers.end()) continue;
    const auto bytes = static_cast<int64_t>(tensor->second.bytes.size());
    const int64_t readers = readers_.at(input) + (graph_outputs_.count(input) > 0 ? 1 : 0);
    going += bytes / readers;
    if (tensor->second.type != DataType::kFloat32 || tensor->second.size() == 1) continue;
    // What comes from nothing large may be there several times.
    if (made_.count(input)) continue;
    // A part of it may go to each of several readers, as in a Split.
    if (readers > 1 && (learned_.count(input) || (moves && Bytes(result) >= bytes))) return false;
    large |= tensor->second.size() > static_cast<int64_t>(kFewElements);
  }
  return Bytes(result) <= (large ? going + kFewBytes : kMostBytes);
}

bool ConstantFolder::ComesFromNothingLarge(const Node& node) const {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& input) {
    const auto constant = graph_.initializers.find(input);
    return constant == graph_.initializers.end() || made_.count(input) > 0 ||
           (constant->second.size() <= static_cast<int64_t>(kFewElements) &&
            learned_.count(input) == 0);
  });
}

void ConstantFolder::SetConstant(const std::string& output, const Known& value) {
  graph_.initializers[output] = value.ToTensor();
}

// The settings of a node that stays, where the batch is in them.
void ConstantFolder::UseDeclaredBatch(Node* node) {
  const op::Operator* record = OperatorOf(*node);
  const int64_t batch = shapes_.declared_batch();
  for (size_t i = 0; i < node->inputs.size(); ++i) {
    const auto known = with_batch_.find(node->inputs[i]);
    if (known == with_batch_.end()) continue;
    if (record != nullptr && record->Input(i).role == op::Role::kSetting &&
        SayForEveryBatch(shapes_, known->second, i, node, &graph_)) {
      continue;
    }
    if (batch < 1 || node->outputs.empty()) continue;
    const std::string name = graph_.FreshName(node->inputs[i] + "_of_" + std::to_string(batch));
    SetConstant(name, known->second.At(batch));
    node->inputs[i] = name;
  }
}

bool ConstantFolder::Fold(Node* node, std::vector<Node>* before) {
  for (std::string& input : node->inputs) {
    const auto alias = alias_.find(input);
    if (alias != alias_.end()) input = alias->second;
  }
  const bool one_output = node->outputs.size() == 1;
  if (!one_output || graph_outputs_.count(node->outputs[0])) {
    UseRepeated(node, before);
    UseDeclaredBatch(node);
    return false;
  }
  const std::string& output = node->outputs[0];
  const std::string source = node->Input(0);
  const auto tensor = graph_.initializers.find(source);
  const bool renames =
      node->domain.empty() && (node->op == "Identity" || node->op == "Cast") &&
      tensor != graph_.initializers.end() &&
      (node->op == "Identity" || node->Int("to", 0) == static_cast<int64_t>(tensor->second.type));
  if (renames) {
    alias_[output] = source;
    readers_[source] += readers_[output] - 1;
    if (learned_.count(output)) learned_.insert(source);
    return true;
  }
  auto result = FromShape(*node);
  if (!result) result = FromInputs(*node);
  if (!result) {
    FindRepeated(*node);
    UseRepeated(node, before);
  }
  const bool made = result && ComesFromNothingLarge(*node);
  const int64_t bytes = made ? Bytes(*result) : 0;
  if (!result || (result->batches.empty() &&
                  (!MayReplace(*node, *result) || made_bytes_ + bytes > kMostMade))) {
    UseDeclaredBatch(node);
    return false;
  }
  if (!result->batches.empty()) {
    with_batch_[output] = *std::move(result);
    return false;
  }
  made_bytes_ += bytes;
  if (made && learned_.count(output) == 0) made_.insert(output);
  SetConstant(output, *result);
  for (const std::string& input : node->inputs) {
    if (readers_[input] > 1) {
      --readers_[input];
    } else if (!graph_outputs_.count(input)) {
      graph_.initializers.erase(input);
      read_.erase(input);
    }
  }
  return true;
}

}  // namespace dc
