#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"
#include "op/recurrent.h"

namespace dc {
namespace {

constexpr const char* kActivations = "activations";
constexpr size_t kLengths = 4;  // input

// The activations that the operator has where none are given, of one direction.
std::vector<std::string> DefaultActivations(const op::Operator& record) {
  if (&record == &op::kRnn) return {"Tanh"};
  if (&record == &op::kGru) return {"Sigmoid", "Tanh"};
  return {"Sigmoid", "Tanh", "Tanh"};
}

// Leaves activations out that say the defaults.
void DropDefaultActivations(const op::Operator& record, Node* node) {
  const auto it = node->attributes.find(kActivations);
  if (it == node->attributes.end()) return;
  const auto* given = std::get_if<std::vector<std::string>>(&it->second);
  const std::vector<std::string> defaults = DefaultActivations(record);
  if (given == nullptr || given->empty() || given->size() % defaults.size() != 0) return;
  for (size_t i = 0; i < given->size(); ++i) {
    if ((*given)[i] != defaults[i % defaults.size()]) return;
  }
  node->attributes.erase(it);
}

// Leaves sequence_lens out that say that all sequences have all steps.
void DropFullLengths(int64_t steps, const Graph& graph, Node* node) {
  if (node->Input(kLengths).empty()) return;
  const Tensor* lengths = graph.Constant(node->inputs[kLengths]);
  if (lengths == nullptr || lengths->type != DataType::kInt32) return;
  const auto values = lengths->data<int32_t>();
  if (std::all_of(values.begin(), values.end(), [&](int32_t v) { return v == steps; })) {
    node->inputs[kLengths].clear();
  }
}

// Adds nodes behind another, from value to value.
class Chain {
 public:
  Chain(std::string value, std::string name, std::vector<Node>* nodes, Graph* graph)
      : value_(std::move(value)), name_(std::move(name)), nodes_(nodes), graph_(graph) {}

  const std::string& value() const { return value_; }
  // Element `index` of `axis`, which stays.
  void Pick(int64_t axis, int64_t index) {
    Add("Slice", {List("starts", index), List("ends", index + 1), List("axes", axis)});
  }
  void Squeeze(int64_t axis) { Add("Squeeze", {List("axes", axis)}); }
  void Join(const std::string& other, int64_t axis, const std::string& output) {
    Add("Concat", {other});
    nodes_->back().attributes["axis"] = axis;
    Name(output);
  }
  // Calls the last value `output`.
  void Name(const std::string& output) { value_ = nodes_->back().outputs[0] = output; }

 private:
  std::string List(const char* setting, int64_t value) {
    const std::string name = graph_->FreshName(name_ + "_" + setting);
    graph_->initializers[name] = Tensor::I64({&value, 1});
    return name;
  }
  void Add(const char* op, std::vector<std::string> more) {
    Node node;
    node.op = op;
    node.inputs = {value_};
    node.inputs.insert(node.inputs.end(), more.begin(), more.end());
    value_ = name_ + "_" + std::to_string(++count_);
    node.name = value_;
    node.outputs = {value_};
    nodes_->push_back(std::move(node));
  }

  std::string value_, name_;
  int count_ = 0;
  std::vector<Node>* nodes_;
  Graph* graph_;
};

}  // namespace

void RecurrentStates(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  Node& node = nodes->front();
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || !record->Has(op::kRemembers)) return;
  DropDefaultActivations(*record, &node);
  const op::Shape* recurrence = shapes.Find(node.Input(2));
  if (recurrence != nullptr && recurrence->size() == 3) {
    node.attributes.insert({"hidden_size", recurrence->back()});
  }
  const op::Shape* x = shapes.Find(node.Input(0));
  if (x == nullptr || x->size() != 3) return;
  const bool batch_first = node.Int("layout", 0) != 0;
  const int64_t steps = (*x)[batch_first ? 1 : 0];
  DropFullLengths(steps, *graph, &node);
  const bool has_state =
      node.outputs.size() > 1 && !node.outputs[1].empty() && graph->IsRead(node.outputs[1]);
  if (!has_state || steps < 1) return;
  const std::string state = node.outputs[1];
  if (node.outputs[0].empty()) node.outputs[0] = graph->FreshName(state + "_steps");
  node.outputs[1].clear();
  while (node.outputs.back().empty()) node.outputs.pop_back();
  const std::string direction = node.String("direction", "forward");
  const std::string all = node.outputs[0];
  const int64_t step_axis = batch_first ? 1 : 0, direction_axis = batch_first ? 2 : 1;
  std::vector<Node> after;
  if (direction != "bidirectional") {
    Chain chain(all, graph->FreshName(state + "_of"), &after, graph);
    chain.Pick(step_axis, direction == "reverse" ? 0 : steps - 1);
    chain.Squeeze(step_axis);
    chain.Name(state);
  } else {
    Chain forward(all, graph->FreshName(state + "_forward"), &after, graph);
    forward.Pick(step_axis, steps - 1);
    forward.Squeeze(step_axis);
    forward.Pick(direction_axis - 1, 0);
    Chain backward(all, graph->FreshName(state + "_backward"), &after, graph);
    backward.Pick(step_axis, 0);
    backward.Squeeze(step_axis);
    backward.Pick(direction_axis - 1, 1);
    forward.Join(backward.value(), direction_axis - 1, state);
  }
  nodes->insert(nodes->end(), std::make_move_iterator(after.begin()),
                std::make_move_iterator(after.end()));
}

}  // namespace dc
