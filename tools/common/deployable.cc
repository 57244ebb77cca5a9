#include "common/deployable.h"

#include <vector>

#include "dc/encode.h"
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

StatusOr<std::string> NotDeployableText(const Graph& graph) {
  const Status deployable = CheckDeployable(graph);
  if (deployable.code() == StatusCode::kNoMemory) return deployable;
  return deployable.ok() ? "" : "this model cannot become a .dcz: " + deployable.ToString();
}

}  // namespace dc
