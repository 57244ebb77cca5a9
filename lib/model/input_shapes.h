// The shapes of a graph's inputs, as a user fixes them.
#ifndef DC_MODEL_INPUT_SHAPES_H_
#define DC_MODEL_INPUT_SHAPES_H_

#include "dc/graph.h"
#include "dc/onnx.h"
#include "dc/status.h"

namespace dc {

// See LoadModel. True where a size that the file declares gave way: what the file says of its
// outputs is then open, too.
StatusOr<bool> SetInputShapes(const InputShapes& shapes, Graph* graph);

}  // namespace dc

#endif  // DC_MODEL_INPUT_SHAPES_H_
