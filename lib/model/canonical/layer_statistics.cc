#include <string>
#include <utility>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {

void LayerStatistics(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  const Node norm = nodes->front();
  if (OperatorOf(norm) != &op::kLayerNormalization || norm.outputs.size() < 2) return;
  const auto output = [&](size_t i) {
    return i < norm.outputs.size() ? norm.outputs[i] : std::string();
  };
  if (!graph->IsRead(output(1)) && !graph->IsRead(output(2))) return;
  const op::Shape* x = shapes.Find(norm.Input(0));
  if (x == nullptr) return;
  const auto first = op::Axis(norm.Int("axis", -1), x->size());
  if (!first) return;
  std::vector<int64_t> axes;
  for (size_t d = *first; d < x->size(); ++d) axes.push_back(static_cast<int64_t>(d));

  nodes->clear();
  const auto constant = [&](const char* what, Tensor value) {
    const std::string name = graph->FreshName(norm.outputs[0] + "_" + what);
    graph->initializers[name] = std::move(value);
    return name;
  };
  // The value that `op` makes: `name`, or one of its own where that is empty.
  const auto add = [&](std::string_view op, std::vector<std::string> inputs,
                       const std::string& name, const char* what) {
    Node& node = nodes->emplace_back();
    node.op = op;
    node.inputs = std::move(inputs);
    node.outputs = {name.empty() ? graph->FreshName(norm.outputs[0] + "_" + what) : name};
    node.name = graph->FreshNodeName(node.outputs[0]);
    return node.outputs[0];
  };
  const auto average = [&](const std::string& of, const std::string& name, const char* what) {
    if (graph->opset >= op::kReduceMean.opset) {
      const std::string list = constant((std::string(what) + "_axes").c_str(), Tensor::I64(axes));
      return add(op::kReduceMean.name, {of, list}, name, what);
    }
    const std::string mean = add(op::kReduceMean.name, {of}, name, what);
    nodes->back().attributes["axes"] = axes;
    return mean;
  };
  const float epsilon = norm.Float("epsilon", 1e-5f), one = 1.0f;
  const std::string mean = average(norm.Input(0), output(1), "mean");
  const std::string rest = add(op::kSub.name, {norm.Input(0), mean}, "", "rest");
  const std::string square = add(op::kMul.name, {rest, rest}, "", "square");
  const std::string variance = average(square, "", "variance");
  const std::string sum = add(
      op::kAdd.name, {variance, constant("epsilon", Tensor::F32({}, {&epsilon, 1}))}, "", "sum");
  const std::string deviation = add(op::kSqrt.name, {sum}, "", "deviation");
  const std::string inverse =
      add(op::kDiv.name, {constant("one", Tensor::F32({}, {&one, 1})), deviation}, output(2),
          "inverse");
  const std::string normal = add(op::kMul.name, {rest, inverse}, "", "normal");
  const bool shifts = !norm.Input(2).empty();
  const std::string scaled =
      add(op::kMul.name, {normal, norm.Input(1)}, shifts ? "" : norm.outputs[0], "scaled");
  if (shifts) add(op::kAdd.name, {scaled, norm.Input(2)}, norm.outputs[0], "shifted");
}

}  // namespace dc
