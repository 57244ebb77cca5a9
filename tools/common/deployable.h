// Whether a model can become a .dcz that runs: asked before any work.
#ifndef DC_TOOLS_COMMON_DEPLOYABLE_H_
#define DC_TOOLS_COMMON_DEPLOYABLE_H_

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Why `graph` cannot be encoded and executed, all reasons at once: a dry run of encoder and
// runtime.
Status CheckDeployable(const Graph& graph);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_DEPLOYABLE_H_
