// The attributes of one ONNX node -> those of a .dcz node.
#ifndef DC_ENCODE_LOWER_ATTRIBUTES_H_
#define DC_ENCODE_LOWER_ATTRIBUTES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "format/manifest.h"
#include "format/ops.h"

namespace dc {

// What lowering one node's attributes needs to know around it.
struct NodeSurroundings {
  const Graph* graph = nullptr;
  std::vector<int64_t> weight_shape;  // of input 1 where that is a tensor; else empty
  bool matrix = false;                // its input is known to have two dimensions
  bool free_batch = false;            // the batch was fixed at 1 and becomes free
};

// Fills ints and floats of `lowered`. Lists that say what ONNX does without them become empty.
// Constant inputs that `spec` names as attributes are read from the graph. Unsupported for
// attributes and settings that a .dcz cannot hold.
Status LowerAttributes(const Node& node, const format::OpSpec& spec,
                       const NodeSurroundings& surroundings, format::Node* lowered);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_ATTRIBUTES_H_
