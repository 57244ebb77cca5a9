#include "model/shapes.h"

#include <algorithm>
#include <optional>

#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

// The input's shape, where not `fixed` with the batch in front; nothing where another dimension is
// open.
std::optional<op::Shape> InputShape(const ValueInfo& input, bool fixed) {
  op::Shape shape = input.shape;
  if (!shape.empty() && !fixed) shape[0] = op::kBatch;
  for (size_t d = fixed ? 0 : 1; d < shape.size(); ++d) {
    if (shape[d] < 1) return std::nullopt;
  }
  return shape;
}

}  // namespace

ShapeTracker::ShapeTracker(const Graph& graph, bool any_batch) : graph_(graph) {
  for (const ValueInfo& input : graph.inputs) {
    if (auto shape = InputShape(input, graph.fixed_shapes))
      computed_[input.name] = *std::move(shape);
  }
  if (!any_batch) declared_batch_ = op::DeclaredBatch(graph.inputs);
  for (const ValueInfo& parameter : graph.uninitialized) {
    computed_[parameter.name] = parameter.shape;
  }
}

const op::Shape* ShapeTracker::Find(const std::string& value) const {
  if (const auto it = computed_.find(value); it != computed_.end()) return &it->second;
  const auto tensor = graph_.initializers.find(value);
  return tensor == graph_.initializers.end() ? nullptr : &tensor->second.shape;
}

Status ShapeTracker::Visit(const Node& node) {
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr) return OkStatus();
  std::vector<const op::Shape*> inputs;
  for (size_t i = 0; i < node.inputs.size() && record->Input(i).role != op::Role::kSetting; ++i) {
    inputs.push_back(node.inputs[i].empty() ? nullptr : Find(node.inputs[i]));
    if (inputs.back() == nullptr && !node.inputs[i].empty()) return OkStatus();
  }
  while (!inputs.empty() && inputs.back() == nullptr) inputs.pop_back();
  for (size_t i = 0; i < std::max<size_t>(inputs.size(), record->min_inputs); ++i) {
    if (i < inputs.size() && (inputs[i] != nullptr || record->MayOmit(i))) continue;
    return BadInput("an input is missing", Quoted(node), "export the model again");
  }
  if (inputs.size() > record->max_inputs) {
    return BadInput("more inputs than the operator has", Quoted(node), "export the model again");
  }
  const auto attributes = NodeAttributes::Read(graph_, node, *record);
  if (!attributes.ok()) return attributes.status().At(Quoted(node));
  std::vector<op::Shape> outputs;
  const Status status = record->infer({*attributes, inputs, declared_batch_}, &outputs);
  if (!status.ok()) return status.At(Quoted(node));
  for (size_t i = 0; i < outputs.size() && i < node.outputs.size(); ++i) {
    computed_[node.outputs[i]] = std::move(outputs[i]);
  }
  return OkStatus();
}

GraphShapes InferGraphShapes(const Graph& graph, bool any_batch) {
  ShapeTracker tracker(graph, any_batch);
  GraphShapes shapes;
  for (const ValueInfo& input : graph.inputs) {
    if (tracker.Find(input.name) == nullptr) {
      std::vector<int64_t> one = input.shape;
      one[0] = 1;
      shapes.problems.push_back(Unsupported(
          "an input of shape " + ShapeText(input.shape), "graph input " + Quoted(input.name),
          "say what it is to run on: --input-shape " + input.name + "=" + ShapeText(one) +
              ", with numbers for the ?"));
    } else {
      shapes.of[input.name] = *tracker.Find(input.name);
    }
  }
  for (const Node& node : graph.nodes) {
    const Status status = tracker.Visit(node);
    if (!status.ok()) shapes.problems.push_back(status);
    for (const std::string& output : node.outputs) {
      if (const op::Shape* shape = tracker.Find(output)) shapes.of[output] = *shape;
    }
  }
  return shapes;
}

}  // namespace dc
