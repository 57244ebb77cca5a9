#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "model/canonical/known.h"
#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// The slice of an axis of `extent` that has the elements `indices`, where there is one.
std::optional<SliceSettings> SliceOf(const Known& indices, int64_t extent) {
  std::vector<int64_t> from;
  for (int64_t index : indices.ints) {
    if (index < -extent || index >= extent) return std::nullopt;
    from.push_back(index < 0 ? index + extent : index);
  }
  const int64_t step = from.size() > 1 ? from[1] - from[0] : 1;
  for (size_t i = 1; i < from.size(); ++i) {
    if (from[i] - from[i - 1] != step) return std::nullopt;
  }
  if (step == 0) return std::nullopt;
  SliceSettings settings{from.front(), from.back() + (step > 0 ? 1 : -1), 0, step};
  // A slice to before the first element: -1 would count from the end.
  if (settings.end < 0) settings.end = std::numeric_limits<int64_t>::min();
  return settings;
}

}  // namespace

void GatherBySlice(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  Node& node = nodes->front();
  if (OperatorOf(node) != &op::kGather || node.inputs.size() != 2 || node.outputs.size() != 1) {
    return;
  }
  const op::Shape* x = shapes.Find(node.inputs[0]);
  const Tensor* tensor = graph->Constant(node.inputs[1]);
  if (x == nullptr || tensor == nullptr || graph->Constant(node.inputs[0]) != nullptr) return;
  const auto axis = op::Axis(node.Int("axis", 0), x->size());
  const auto indices = Known::From(*tensor);
  if (!axis || (*x)[*axis] < 1 || !indices || indices->is_float() || indices->ints.empty() ||
      indices->shape.size() > 1) {
    return;
  }
  auto settings = SliceOf(*indices, (*x)[*axis]);
  if (!settings) return;
  settings->axis = static_cast<int64_t>(*axis);
  const std::string input = node.inputs[0], output = node.outputs[0];
  if (!indices->shape.empty()) {
    node = SliceNode(input, output, *settings, graph);
    return;
  }
  const std::string kept = graph->FreshName(output + "_kept");
  Node squeeze;
  squeeze.op = op::kSqueeze.name;
  squeeze.name = node.name;
  squeeze.inputs = {kept, graph->FreshName(output + "_axes")};
  squeeze.outputs = {output};
  graph->initializers[squeeze.inputs[1]] = Tensor::I64({&settings->axis, 1});
  node = SliceNode(input, kept, *settings, graph);
  nodes->push_back(std::move(squeeze));
}

}  // namespace dc
