#include "model/canonical/spell_by_shapes.h"

#include <utility>

#include "model/canonical/canonical.h"
#include "model/canonical/constant_folder.h"
#include "model/shapes.h"

namespace dc {

bool SpellByShapes(Graph* graph) {
  std::vector<Node> result;
  ShapeTracker shapes(*graph);
  const GraphIndex index(*graph);
  ConstantFolder folder(&shapes, graph);
  GemmsOfSamples gemms_of_samples(shapes, index, graph);
  PadsOfWindows pads_of_windows(shapes, *graph);
  bool same_meaning = true;
  for (const Node& node : graph->nodes) {
    std::vector<Node> parts = {node};
    SplitBySlices(shapes, &parts, graph);
    if (parts.size() == 1) ProductOfEinsum(shapes, &parts, graph);
    if (parts.size() > 1) folder.Replace(node, parts);
    for (Node& part : parts) {
      std::vector<Node> before;
      if (folder.Fold(&part, &before)) continue;
      for (Node& each : before) {
        static_cast<void>(shapes.Visit(each));
        result.push_back(std::move(each));
      }
      PadExplicitly(shapes, &part);
      PadTransposed(shapes, &part);
      DropLeadingOnes(shapes, &part, graph);
      SpellPad(&part);
      std::vector<Node> spelled = {std::move(part)};
      SpellResize(shapes, &spelled, graph);
      CropAndPad(shapes, &spelled, graph);
      GatherBySlice(shapes, &spelled, graph);
      LayerStatistics(shapes, &spelled, graph);
      ProductOfTransposed(shapes, index, &spelled, graph);
      gemms_of_samples.Spell(&spelled);
      pads_of_windows.Spell(&spelled);
      RecurrentStates(shapes, &spelled, graph);
      same_meaning &= SoftmaxOverOneAxis(shapes, &spelled, graph);
      for (Node& each : spelled) {
        // What has no shape stays for the checks to find.
        static_cast<void>(shapes.Visit(each));
        result.push_back(std::move(each));
      }
    }
  }
  graph->nodes = std::move(result);
  return same_meaning;
}

}  // namespace dc
