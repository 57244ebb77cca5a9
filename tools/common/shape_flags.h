// --input-shape: dimensions that a model file leaves open, or only declares.
#ifndef DC_TOOLS_COMMON_SHAPE_FLAGS_H_
#define DC_TOOLS_COMMON_SHAPE_FLAGS_H_

#include <string>
#include <vector>

#include "common/tool.h"
#include "dc/onnx.h"
#include "dc/status.h"

namespace dc {

class ShapeFlags {
 public:
  explicit ShapeFlags(Tool* tool) {
    tool->Option("input-shape", "[NAME=]SHAPE",
                 "fixes dimensions that the model leaves open or only declares, as in "
                 "image=1x3x224x224",
                 &texts_);
  }

  StatusOr<InputShapes> Shapes() const { return ParseInputShapes(texts_); }

 private:
  std::vector<std::string> texts_;
};

}  // namespace dc

#endif  // DC_TOOLS_COMMON_SHAPE_FLAGS_H_
