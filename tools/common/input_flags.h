// How pixels become inputs, as flags: for models whose metadata does not say.
#ifndef DC_TOOLS_COMMON_INPUT_FLAGS_H_
#define DC_TOOLS_COMMON_INPUT_FLAGS_H_

#include <string>
#include <vector>

#include "common/tool.h"
#include "dc/data.h"
#include "dc/graph.h"

namespace dc {

// --input-scale, --input-mean, --input-deviation, --input-layout, --input-channels.
class InputFlags {
 public:
  explicit InputFlags(Tool* tool);

  // The scaling in the metadata of `graph`, changed by the flags given, written back to it.
  StatusOr<Preprocess> Apply(Graph* graph) const;

 private:
  Tool* tool_;
  float scale_ = 1.0f / 255.0f;
  std::string mean_, deviation_, layout_ = "nchw", channels_ = "rgb";
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_INPUT_FLAGS_H_
