#include "model/canonical/canonical.h"

#include <algorithm>

#include "model/node_attributes.h"

namespace dc {

void Canonicalize(Graph* graph) {
  HoistConstants(graph);
  ConvertFloats(graph);
  const bool all_known = std::all_of(graph->nodes.begin(), graph->nodes.end(),
                                     [](const Node& node) { return OperatorOf(node) != nullptr; });
  FoldConstants(graph);
  const bool same_meaning = SpellByShapes(graph);
  if (graph->opset < kCanonicalOpset && all_known && same_meaning) {
    SpellSettings(graph);
    graph->opset = kCanonicalOpset;
  }
  RemoveUnread(graph);
}

}  // namespace dc
