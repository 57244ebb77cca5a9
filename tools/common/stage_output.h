// What every stage tool does with its result: save the model, print the outcome, write the JSON.
#ifndef DC_TOOLS_COMMON_STAGE_OUTPUT_H_
#define DC_TOOLS_COMMON_STAGE_OUTPUT_H_

#include <string>

#include "common/tool.h"
#include "dc/graph.h"
#include "dc/report.h"

namespace dc {

// Saves `graph` as `output`, prints layers, test error and bytes on disk to stdout, and writes
// --json. Removes the training checkpoint beside `output`.
Status FinishStage(const Tool& tool, const Graph& graph, const std::string& data, StageReport stage,
                   const std::string& output);

}  // namespace dc

#endif  // DC_TOOLS_COMMON_STAGE_OUTPUT_H_
