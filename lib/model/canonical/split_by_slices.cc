#include <string>
#include <utility>

#include "model/canonical/known.h"
#include "model/canonical/spell_by_shapes.h"
#include "op/operator.h"
#include "op/shape.h"

namespace dc {
namespace {

// The sizes of the parts along an axis of `extent`; empty where they are not known or do not fit.
std::vector<int64_t> PartSizes(const Node& node, int64_t extent, const Graph& graph) {
  const auto parts = static_cast<int64_t>(node.outputs.size());
  std::vector<int64_t> sizes = node.Ints("split", {});
  if (!node.Input(1).empty()) {
    const Tensor* tensor = graph.Constant(node.Input(1));
    const auto known = tensor != nullptr ? Known::From(*tensor) : std::nullopt;
    if (!known || known->is_float()) return {};
    sizes = known->ints;
  } else if (sizes.empty()) {
    // As many as there are outputs, the last one the rest.
    const int64_t size = (extent + parts - 1) / parts;
    sizes.assign(static_cast<size_t>(parts), size);
    sizes.back() = extent - size * (parts - 1);
  }
  int64_t left = extent;
  for (int64_t size : sizes) {
    if (size < 1 || size > left) return {};
    left -= size;
  }
  if (left != 0 || sizes.size() != node.outputs.size()) return {};
  return sizes;
}

}  // namespace

void SplitBySlices(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  const Node node = nodes->front();
  if (node.op != "Split" || !node.domain.empty() || node.outputs.empty()) return;
  const op::Shape* x = shapes.Find(node.Input(0));
  const auto axis = op::Axis(node.Int("axis", 0), x != nullptr ? x->size() : 0);
  if (!axis || (*x)[*axis] < 1) return;
  const std::vector<int64_t> sizes = PartSizes(node, (*x)[*axis], *graph);
  if (sizes.empty()) return;
  nodes->clear();
  int64_t begin = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    const int64_t end = begin + sizes[i];
    if (!node.outputs[i].empty()) {
      nodes->push_back(SliceNode(node.inputs[0], node.outputs[i],
                                 {begin, end, static_cast<int64_t>(*axis), 1}, graph));
    }
    begin = end;
  }
}

Node SliceNode(const std::string& from, const std::string& to, const SliceSettings& settings,
               Graph* graph) {
  Node node;
  node.op = op::kSlice.name;
  node.name = to;
  node.inputs = {from};
  node.outputs = {to};
  const auto add = [&](const char* name, int64_t value) {
    node.inputs.push_back(graph->FreshName(to + "_" + name));
    graph->initializers[node.inputs.back()] = Tensor::I64({&value, 1});
  };
  add("starts", settings.start);
  add("ends", settings.end);
  add("axes", settings.axis);
  if (settings.step != 1) add("steps", settings.step);
  return node;
}

}  // namespace dc
