#include "train/build/node_builder.h"

#include "train/build/kernel_registry.h"

namespace dc::train {
namespace {

// Floats of one activation. A node whose attributes ask for more is not executed: bad attributes
// must not become allocations.
constexpr int64_t kMaxElements = int64_t{1} << 31;

bool TooLarge(const std::vector<int64_t>& shape) {
  int64_t count = 1;
  for (int64_t d : shape) {
    if (d <= 0 || count > kMaxElements / d) return true;
    count *= d;
  }
  return false;
}

}  // namespace

StatusOr<NodeBuilder> NodeBuilder::Make(BuildState* state, size_t node_index) {
  const Graph& graph = *state->network->graph;
  const Node& node = graph.nodes[node_index];
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || !HasKernel(*record)) {
    const std::string name = node.domain.empty() ? node.op : node.domain + "." + node.op;
    return Unsupported("training does not cover operator " + name, NodeLabel(node),
                       "docs/operators.md lists those that it covers");
  }
  DC_RETURN_IF_ERROR(state->shapes->Visit(node));
  auto attributes = NodeAttributes::Read(graph, node, *record);
  if (!attributes.ok()) return attributes.status().At(NodeLabel(node));
  return NodeBuilder(state, node_index, *record, *std::move(attributes));
}

StatusOr<std::vector<int64_t>> NodeBuilder::OutputShape() const {
  const op::Shape* inferred =
      node_.outputs.empty() ? nullptr : state_->shapes->Find(node_.outputs[0]);
  if (inferred == nullptr) return NotCovered("an output of unknown shape");
  std::vector<int64_t> shape = *inferred;
  if (shape.empty()) return NotCovered("an output without a batch");
  for (int64_t& extent : shape) {
    if (extent < 0) extent *= -state_->batch;
  }
  return shape;
}

StatusOr<const Value*> NodeBuilder::Input(size_t i) const {
  const std::string& name = node_.Input(i);
  if (name.empty()) return Invalid("input " + std::to_string(i) + " is missing");
  const auto it = state_->values.find(name);
  if (it == state_->values.end()) {
    return NotCovered("input \"" + name + "\" is not computed from the model's input");
  }
  return &it->second;
}

bool NodeBuilder::IsConstant(size_t i) const { return graph().Constant(node_.Input(i)) != nullptr; }

StatusOr<const Parameter*> NodeBuilder::ParameterAt(size_t i) const {
  const std::string& name = node_.Input(i);
  if (name.empty()) return Invalid("input " + std::to_string(i) + " is missing");
  const Parameter* parameter = state_->parameters->Find(name);
  if (!parameter) {
    return NotCovered("input \"" + name + "\" is computed and not an initializer",
                      "store the weight as a float32 initializer");
  }
  return parameter;
}

dnnl::memory NodeBuilder::ParameterMemory(const Parameter& parameter,
                                          const dnnl::memory::desc& desc) const {
  return ViewOf(desc, state_->parameters->Values(parameter).data());
}

StatusOr<InputView> NodeBuilder::PlainInput(size_t i, std::vector<int64_t>* shape,
                                            GradientSink* gradient) {
  if (IsConstant(i)) {
    DC_ASSIGN_OR_RETURN(const Parameter* parameter, ParameterAt(i));
    *shape = parameter->shape;
    const auto desc = PlainDesc(*shape);
    if (gradient != nullptr) *gradient = ParameterGradient(*parameter);
    return InputView(ParameterMemory(*parameter, desc), desc);
  }
  DC_ASSIGN_OR_RETURN(const Value* value, Input(i));
  *shape = value->shape;
  if (gradient != nullptr) *gradient = InputGradient(i, PlainDesc(*shape));
  return InputView(value->data, PlainDesc(*shape));
}

GradientSink NodeBuilder::InputGradient(size_t i, const dnnl::memory::desc& written) {
  Value& value = state_->values.at(node_.Input(i));
  --value.readers_left;
  if (!value.gradient) return {};
  return {value.gradient, written, value.readers_left > 0};
}

Copy NodeBuilder::InputGradientCopy(size_t i, const dnnl::memory& from) {
  Value& value = state_->values.at(node_.Input(i));
  --value.readers_left;
  if (!value.gradient) return {};
  return {from, value.gradient, value.readers_left > 0};
}

GradientSink NodeBuilder::ParameterGradient(const Parameter& parameter,
                                            const dnnl::memory::desc& plain,
                                            const dnnl::memory::desc& written) {
  const int left = --state_->parameter_readers_left[parameter.name];
  if (!state_->training || parameter.role == Role::kFixed) return {};
  return {ViewOf(plain, state_->gradients + parameter.offset), written, left > 0};
}

StatusOr<const Value*> NodeBuilder::Output(const std::vector<int64_t>& shape,
                                           const dnnl::memory::desc& desc) {
  if (TooLarge(shape)) {
    return NotCovered("output of shape " + ShapeText(shape) + " is empty or too large");
  }
  const std::string& name = node_.outputs[0];
  Value value;
  value.shape = shape;
  value.data = NewMemory(desc);
  bool needs_gradient = false;
  for (const std::string& input : node_.inputs) {
    const auto it = state_->values.find(input);
    if (it != state_->values.end() && it->second.gradient) needs_gradient = true;
    const Parameter* parameter = state_->parameters->Find(input);
    if (parameter && parameter->role == Role::kTrained) needs_gradient = true;
  }
  if (state_->training && needs_gradient) value.gradient = NewMemory(desc);
  const auto readers = state_->network->readers.find(name);
  if (readers != state_->network->readers.end()) value.readers_left = readers->second;
  return &(state_->values[name] = std::move(value));
}

std::shared_ptr<AlignedFloats> NodeBuilder::WorkSpace(size_t floats) const {
  AlignedFloats& space = *state_->work_space;
  if (space.size() < floats) space = AlignedFloats(floats);
  return state_->work_space;
}

bool NodeBuilder::OutputIsRead(size_t i) const {
  return i < node_.outputs.size() && state_->network->readers.count(node_.outputs[i]) > 0;
}

Status NodeBuilder::NotCovered(const std::string& what, const std::string& advice) const {
  return Unsupported(what, NodeLabel(node_), advice);
}

Status NodeBuilder::Invalid(const std::string& what) const {
  return BadInput(what, NodeLabel(node_));
}

}  // namespace dc::train
