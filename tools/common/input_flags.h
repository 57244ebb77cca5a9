// How pixels become inputs, as flags: for models whose metadata does not say.
#ifndef DC_TOOLS_COMMON_INPUT_FLAGS_H_
#define DC_TOOLS_COMMON_INPUT_FLAGS_H_

#include <map>
#include <string>

#include "common/tool.h"
#include "dc/data.h"
#include "dc/graph.h"

namespace dc {

// --input-scale, --input-mean, --input-deviation, --input-layout, --input-channels.
class InputFlags {
 public:
  explicit InputFlags(Tool* tool);

  // The scaling in the metadata of `graph`, changed by the flags given, which are written to it.
  StatusOr<Preprocess> Apply(Graph* graph) const;

 private:
  std::map<std::string, std::string> given_;  // by name without "--input-"; "" where not given
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_INPUT_FLAGS_H_
