// Whether a model can become a .dcz that runs: asked before any work.
#ifndef DC_TOOLS_COMMON_DEPLOYABLE_H_
#define DC_TOOLS_COMMON_DEPLOYABLE_H_

#include <string>

#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Why `graph` cannot be encoded and executed, all reasons at once: a dry run of encoder and
// runtime.
Status CheckDeployable(const Graph& graph);

// What whoever changes such a model is told, who may do so for other runtimes: "this model cannot
// become a .dcz: " and the reasons; "" for one that is deployable. NoMemory where there was too
// little to find out.
StatusOr<std::string> NotDeployableText(const Graph& graph);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_DEPLOYABLE_H_
