// A node of a .dcz -> the ONNX node.
#ifndef DC_ENCODE_RAISE_NODE_H_
#define DC_ENCODE_RAISE_NODE_H_

#include <functional>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "format/manifest.h"

namespace dc {

// Adds a constant to the graph under a name like `base` and returns the name.
using AddConstant = std::function<std::string(const std::string& base, Tensor value)>;

// `from` without a name: attributes that ONNX holds as inputs become constants. `inputs` are the
// names of its values ("" for one that is omitted).
Node RaiseNode(const format::Node& from, std::vector<std::string> inputs, const std::string& output,
               const AddConstant& add_constant);

}  // namespace dc

#endif  // DC_ENCODE_RAISE_NODE_H_
