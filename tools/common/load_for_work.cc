#include "common/load_for_work.h"

#include "common/deployable.h"
#include "common/output.h"
#include "dc/onnx.h"

namespace dc {

StatusOr<Graph> LoadForWork(const Tool& tool, const std::string& path, const ShapeFlags& flags) {
  DC_ASSIGN_OR_RETURN(const InputShapes shapes, flags.Shapes());
  DC_ASSIGN_OR_RETURN(Graph graph, LoadModel(path, shapes));
  for (const std::string& note : graph.notes) {
    PrintRemark(tool.name() + ": note: " + note);
  }
  DC_ASSIGN_OR_RETURN(const std::string reasons, NotDeployableText(graph));
  if (!reasons.empty()) PrintRemark(tool.name() + ": warning: " + reasons);
  return graph;
}

}  // namespace dc
