// A quantized ONNX graph -> the manifest of a .dcz.
#ifndef DC_ENCODE_LOWER_H_
#define DC_ENCODE_LOWER_H_

#include <memory>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "format/manifest.h"

namespace dc {

// Where the values of one tensor of the manifest come from.
struct LoweredTensor {
  std::string value;                   // the value's name in the graph
  bool quantized = false;              // Gather(codebook, Cast(codes)); else `plain`
  const Tensor* plain = nullptr;       // float32, in the graph or `made`
  std::shared_ptr<const Tensor> made;  // whole numbers of another type, as floats
};

struct LoweredGraph {
  // Complete but for how tensors are stored: form and what belongs to it.
  format::Manifest manifest;
  std::vector<LoweredTensor> tensors;  // in the order of manifest.tensors
};

// Lowers `graph`, which must outlive the result. What renames its input at inference disappears, as
// do the nodes of quantized weights; settings become attributes. Where all inputs have a fixed
// batch of 1, the batch becomes free. Names and metadata are kept only with `keep_names`. The error
// has all reasons at once why a .dcz cannot hold the graph, by node, tensor and input.
StatusOr<LoweredGraph> LowerGraph(const Graph& graph, bool keep_names);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_H_
