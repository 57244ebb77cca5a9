#include "model/canonical/canonical.h"

#include <algorithm>
#include <utility>

#include "model/dialects/dialects.h"
#include "model/node_attributes.h"
#include "model/shapes.h"

namespace dc {

namespace {

// The oldest canonical opset that has the operators of `graph` as their records mean them.
int64_t NeededOpset(const Graph& graph) {
  int64_t opset = kCanonicalOpset;
  for (const Node& node : graph.nodes) {
    const op::Operator* record = OperatorOf(node);
    if (record != nullptr) opset = std::max<int64_t>(opset, record->opset);
  }
  return opset;
}

Status CanonicalizeAsItIs(Graph* graph) {
  HoistConstants(graph);
  ConvertFloats(graph);
  DC_RETURN_IF_ERROR(ReadDialects(graph));
  SpellInOthers(graph);
  const bool same_meaning = SpellByShapes(graph);
  RemoveUnread(graph);
  const bool all_known = std::all_of(graph->nodes.begin(), graph->nodes.end(),
                                     [](const Node& node) { return OperatorOf(node) != nullptr; });
  const int64_t opset = NeededOpset(*graph);
  if (graph->opset < opset && all_known && same_meaning) {
    SpellSettings(graph);
    graph->opset = opset;
  }
  return OkStatus();
}

bool AllFixed(const Graph& graph) {
  return std::all_of(graph.inputs.begin(), graph.inputs.end(), [](const ValueInfo& input) {
    return std::all_of(input.shape.begin(), input.shape.end(), [](int64_t d) { return d > 0; });
  });
}

// What keeps `graph` from being run: shapes that cannot be told, and operators that have neither a
// record nor another spelling.
size_t Problems(const Graph& graph) {
  const auto unknown = std::count_if(graph.nodes.begin(), graph.nodes.end(),
                                     [](const Node& node) { return OperatorOf(node) == nullptr; });
  return InferGraphShapes(graph).problems.size() + static_cast<size_t>(unknown);
}

}  // namespace

Status Canonicalize(Graph* graph) {
  if (graph->fixed_shapes || !AllFixed(*graph)) return CanonicalizeAsItIs(graph);
  Graph fixed = *graph;
  const Status status = CanonicalizeAsItIs(graph);
  const size_t problems = Problems(*graph);
  if (status.ok() && problems == 0) return OkStatus();
  fixed.fixed_shapes = true;
  if (CanonicalizeAsItIs(&fixed).ok() && (!status.ok() || Problems(fixed) < problems)) {
    *graph = std::move(fixed);
    return OkStatus();
  }
  return status;
}

}  // namespace dc
