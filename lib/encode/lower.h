// A quantized ONNX graph -> the manifest of a .dcz.
#ifndef DC_ENCODE_LOWER_H_
#define DC_ENCODE_LOWER_H_

#include <deque>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "dc/quantized_weight.h"
#include "dc/status.h"
#include "format/manifest.h"

namespace dc {

// Where the values of one tensor of the manifest come from.
struct LoweredTensor {
  std::string value;                          // the value's name in the graph
  bool quantized = false;                     // Gather(codebook, Cast(codes)); else `plain`
  const Tensor* plain = nullptr;              // float32, in the graph or below
  const QuantizedWeight* unscaled = nullptr;  // in place of the graph's, whose scales it contains
  bool per_channel = false;                   // scales that were a weight's, a bias beside them
};

struct LoweredGraph {
  // Complete but for how tensors are stored: form and what belongs to it.
  format::Manifest manifest;
  std::vector<LoweredTensor> tensors;  // in the order of manifest.tensors
  std::deque<Tensor> converted;        // what the graph has in another type or shape
  std::deque<QuantizedWeight> unscaled;
};

// Lowers `graph`, which must outlive the result. What renames its input at inference disappears, as
// do the nodes of quantized weights; settings become attributes. Scales of a weight's outputs go
// behind its layer, as a Mul, and its bias behind that; those of other dimensions go into the
// codebook. Where all inputs have a fixed
// batch of 1, the batch becomes free. Names and metadata are kept only with `keep_names`. The error
// has all reasons at once why a .dcz cannot hold the graph, by node, tensor and input.
StatusOr<LoweredGraph> LowerGraph(const Graph& graph, bool keep_names);

}  // namespace dc

#endif  // DC_ENCODE_LOWER_H_
