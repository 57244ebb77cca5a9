#include "model/canonical/canonical.h"

#include <algorithm>
#include <utility>

#include "model/node_attributes.h"
#include "model/shapes.h"

namespace dc {

namespace {

void CanonicalizeAsItIs(Graph* graph) {
  HoistConstants(graph);
  ConvertFloats(graph);
  const bool same_meaning = SpellByShapes(graph);
  RemoveUnread(graph);
  const bool all_known = std::all_of(graph->nodes.begin(), graph->nodes.end(),
                                     [](const Node& node) { return OperatorOf(node) != nullptr; });
  if (graph->opset < kCanonicalOpset && all_known && same_meaning) {
    SpellSettings(graph);
    graph->opset = kCanonicalOpset;
  }
}

bool AllFixed(const Graph& graph) {
  return std::all_of(graph.inputs.begin(), graph.inputs.end(), [](const ValueInfo& input) {
    return std::all_of(input.shape.begin(), input.shape.end(), [](int64_t d) { return d > 0; });
  });
}

}  // namespace

void Canonicalize(Graph* graph) {
  if (graph->fixed_shapes || !AllFixed(*graph)) return CanonicalizeAsItIs(graph);
  Graph fixed = *graph;
  CanonicalizeAsItIs(graph);
  const size_t problems = InferGraphShapes(*graph).problems.size();
  if (problems == 0) return;
  fixed.fixed_shapes = true;
  CanonicalizeAsItIs(&fixed);
  if (InferGraphShapes(fixed).problems.size() < problems) *graph = std::move(fixed);
}

}  // namespace dc
