// Whether a model can become a .dcz that runs: asked before any work.
#ifndef DC_TOOLS_COMMON_DEPLOYABLE_H_
#define DC_TOOLS_COMMON_DEPLOYABLE_H_

#include <string>

#include "common/shape_flags.h"
#include "common/tool.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Why `graph` cannot be encoded and executed, all reasons at once: a dry run of encoder and
// runtime.
Status CheckDeployable(const Graph& graph);

// Reads the model `path` for `tool`, its open dimensions fixed by `flags`, and says on stderr what
// import changed. Where it is not
// deployable, a line with "warning" has the reasons: the result may be of use elsewhere.
StatusOr<Graph> LoadForWork(const Tool& tool, const std::string& path, const ShapeFlags& flags);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_DEPLOYABLE_H_
