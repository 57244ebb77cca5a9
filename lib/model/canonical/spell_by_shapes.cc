#include "model/canonical/spell_by_shapes.h"

#include <utility>

#include "model/canonical/canonical.h"
#include "model/shapes.h"

namespace dc {

bool SpellByShapes(Graph* graph) {
  std::vector<Node> result;
  ShapeTracker shapes(*graph);
  bool same_meaning = true;
  for (const Node& node : graph->nodes) {
    std::vector<Node> spelled = {node};
    PadExplicitly(shapes, &spelled[0]);
    DropLeadingOnes(shapes, &spelled[0], graph);
    same_meaning &= SoftmaxOverOneAxis(shapes, &spelled, graph);
    for (Node& each : spelled) {
      // What has no shape stays for the checks to find.
      static_cast<void>(shapes.Visit(each));
      result.push_back(std::move(each));
    }
  }
  graph->nodes = std::move(result);
  return same_meaning;
}

}  // namespace dc
