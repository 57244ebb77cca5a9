#include "common/deployable.h"

#include <vector>

#include "common/output.h"
#include "dc/encode.h"
#include "dc/onnx.h"
#include "dc/runtime.h"

namespace dc {

Status CheckDeployable(const Graph& graph) {
  DC_ASSIGN_OR_RETURN(const std::vector<uint8_t> file, EncodeDryRun(graph));
  SessionOptions options;
  options.threads = 1;
  std::vector<Status> reasons;
  options.reasons = &reasons;
  const StatusOr<Session> session = Session::Load(file, options);
  if (session.ok()) return OkStatus();
  return reasons.empty() ? session.status() : JoinReasons(reasons);
}

StatusOr<Graph> LoadForWork(const Tool& tool, const std::string& path, const ShapeFlags& flags) {
  DC_ASSIGN_OR_RETURN(const InputShapes shapes, flags.Shapes());
  DC_ASSIGN_OR_RETURN(Graph graph, LoadModel(path, shapes));
  for (const std::string& note : graph.notes) {
    PrintRemark(tool.name() + ": note: " + note);
  }
  const Status deployable = CheckDeployable(graph);
  if (!deployable.ok()) {
    PrintRemark(tool.name() +
                ": warning: this model cannot become a .dcz: " + deployable.ToString());
  }
  return graph;
}

}  // namespace dc
