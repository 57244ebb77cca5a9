// How the tools of the stages begin.
#ifndef DC_TOOLS_COMMON_LOAD_FOR_WORK_H_
#define DC_TOOLS_COMMON_LOAD_FOR_WORK_H_

#include <string>

#include "common/shape_flags.h"
#include "common/tool.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc {

// Reads the model `path` for `tool`, its open dimensions fixed by `flags`, and says on stderr what
// import changed. Where it is not deployable, a line with "warning" has the reasons: the result may
// be of use elsewhere.
StatusOr<Graph> LoadForWork(const Tool& tool, const std::string& path, const ShapeFlags& flags);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_LOAD_FOR_WORK_H_
