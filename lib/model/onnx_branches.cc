#include "model/onnx_branches.h"

#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/canonical/canonical.h"
#include "op/operator.h"

namespace dc {
namespace {

constexpr int kMostBranches = 256;  // taken in one model

using Names = std::unordered_set<std::string>;

const onnx::GraphProto* Subgraph(const onnx::NodeProto& node, const std::string& attribute) {
  for (const auto& each : node.attribute()) {
    if (each.name() == attribute && each.has_g()) return &each.g();
  }
  return nullptr;
}

bool HasSubgraph(const onnx::NodeProto& node) {
  for (const auto& each : node.attribute()) {
    if (each.has_g() || each.graphs_size() > 0) return true;
  }
  return false;
}

bool IsIf(const onnx::NodeProto& node) {
  return node.op_type() == "If" && (node.domain().empty() || node.domain() == "ai.onnx") &&
         node.input_size() == 1 && Subgraph(node, "then_branch") != nullptr &&
         Subgraph(node, "else_branch") != nullptr;
}

// What computes the value `wanted` from nodes before node `end`, and nothing else; nothing where
// one of them has a subgraph.
std::optional<onnx::ModelProto> PartBefore(const onnx::ModelProto& model, int end,
                                           const std::string& wanted) {
  const onnx::GraphProto& graph = model.graph();
  Names needed = {wanted};
  std::vector<int> nodes;
  for (int i = end - 1; i >= 0; --i) {
    const onnx::NodeProto& node = graph.node(i);
    bool writes = false;
    for (const std::string& output : node.output()) writes |= needed.count(output) > 0;
    if (!writes) continue;
    if (HasSubgraph(node)) return std::nullopt;
    needed.insert(node.input().begin(), node.input().end());
    nodes.push_back(i);
  }
  onnx::ModelProto part;
  part.set_ir_version(model.ir_version());
  *part.mutable_opset_import() = model.opset_import();
  onnx::GraphProto* made = part.mutable_graph();
  for (auto i = nodes.rbegin(); i != nodes.rend(); ++i) *made->add_node() = graph.node(*i);
  Names constants;
  for (const auto& tensor : graph.initializer()) {
    constants.insert(tensor.name());
    if (needed.count(tensor.name())) *made->add_initializer() = tensor;
  }
  // Older files list constants among the inputs, too.
  for (const auto& input : graph.input()) {
    if (!constants.count(input.name())) *made->add_input() = input;
  }
  // Outputs stay what they are: the value itself is to be folded.
  onnx::NodeProto* last = made->add_node();
  last->set_op_type(std::string(op::kIdentity.name));
  last->add_input(wanted);
  last->add_output(wanted + "_known");
  auto* output = made->add_output();
  output->set_name(last->output(0));
  auto* type = output->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::BOOL);
  type->mutable_shape();
  return part;
}

// The condition of node `index`, where it is known.
std::optional<bool> ConditionOf(const ReadGraph& read, const onnx::ModelProto& model, int index) {
  const std::string& name = model.graph().node(index).input(0);
  const auto part = PartBefore(model, index, name);
  if (!part) return std::nullopt;
  StatusOr<Graph> graph = read(*part);
  if (!graph.ok()) return std::nullopt;
  if (!Canonicalize(&*graph).ok()) return std::nullopt;
  const Tensor* value = graph->Constant(name);
  if (value == nullptr || value->type != DataType::kBool || value->size() != 1) {
    return std::nullopt;
  }
  return value->bytes[0] != 0;
}

// Names that the values of `graph` have, those of its subgraphs aside.
Names Defined(const onnx::GraphProto& graph) {
  Names names;
  for (const auto& input : graph.input()) names.insert(input.name());
  for (const auto& tensor : graph.initializer()) names.insert(tensor.name());
  for (const auto& node : graph.node()) names.insert(node.output().begin(), node.output().end());
  return names;
}

void Rename(const std::unordered_map<std::string, std::string>& names, onnx::GraphProto* graph) {
  const auto rename = [&](std::string* name) {
    if (const auto it = names.find(*name); it != names.end()) *name = it->second;
  };
  for (auto& tensor : *graph->mutable_initializer()) rename(tensor.mutable_name());
  for (auto& output : *graph->mutable_output()) rename(output.mutable_name());
  for (auto& node : *graph->mutable_node()) {
    for (std::string& input : *node.mutable_input()) rename(&input);
    for (std::string& output : *node.mutable_output()) rename(&output);
    for (auto& attribute : *node.mutable_attribute()) {
      if (attribute.has_g()) Rename(names, attribute.mutable_g());
      for (auto& each : *attribute.mutable_graphs()) Rename(names, &each);
    }
  }
}

// `branch` in the place of node `index`. False where it does not have the node's outputs.
bool Inline(int index, onnx::GraphProto branch, onnx::GraphProto* graph) {
  const onnx::NodeProto node = graph->node(index);
  if (branch.output_size() < node.output_size() || branch.sparse_initializer_size() > 0) {
    return false;
  }
  const Names taken = Defined(*graph);
  std::unordered_map<std::string, std::string> renamed;
  for (const std::string& name : Defined(branch)) {
    if (name.empty() || !taken.count(name)) continue;
    std::string fresh = node.output(0) + "/" + name;
    while (taken.count(fresh)) fresh += "_";
    renamed[name] = fresh;
  }
  Rename(renamed, &branch);
  for (auto& tensor : *branch.mutable_initializer()) graph->add_initializer()->Swap(&tensor);
  google::protobuf::RepeatedPtrField<onnx::NodeProto> nodes;
  for (int i = 0; i < graph->node_size(); ++i) {
    if (i != index) {
      nodes.Add()->Swap(graph->mutable_node(i));
      continue;
    }
    for (auto& inner : *branch.mutable_node()) nodes.Add()->Swap(&inner);
    for (int k = 0; k < node.output_size(); ++k) {
      if (node.output(k).empty()) continue;
      onnx::NodeProto* identity = nodes.Add();
      identity->set_op_type(std::string(op::kIdentity.name));
      identity->set_name(node.name());
      identity->add_input(branch.output(k).name());
      identity->add_output(node.output(k));
    }
  }
  graph->mutable_node()->Swap(&nodes);
  return true;
}

}  // namespace

void TakeBranches(const ReadGraph& read, onnx::ModelProto* model) {
  int taken = 0;
  // Nodes of a branch come where the If was, so that the ones inside it are met next.
  for (int i = 0; i < model->graph().node_size();) {
    const onnx::NodeProto& node = model->graph().node(i);
    const auto condition = IsIf(node) ? ConditionOf(read, *model, i) : std::nullopt;
    if (!condition || taken == kMostBranches) {
      ++i;
      continue;
    }
    const onnx::GraphProto branch = *Subgraph(node, *condition ? "then_branch" : "else_branch");
    if (Inline(i, branch, model->mutable_graph())) {
      ++taken;
    } else {
      ++i;
    }
  }
}

}  // namespace dc
