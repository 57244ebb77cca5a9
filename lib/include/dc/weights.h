// Which tensors of a graph are weights: the tensors that are pruned, quantized and coded.
#ifndef DC_WEIGHTS_H_
#define DC_WEIGHTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/graph.h"

namespace dc {

enum class LayerKind { kConv, kFullyConnected };

// The weight of one Conv, Gemm or MatMul node, float or quantized.
struct WeightRef {
  std::string name;  // the value that the node reads: W (also when W is Gather(W_codebook, ...))
  LayerKind kind = LayerKind::kFullyConnected;
  size_t node = 0;             // index of the Conv, Gemm or MatMul in Graph::nodes
  std::vector<int64_t> shape;  // as stored
  // True where dimension 0 counts the outputs (Conv: OIHW, Gemm with transB=1); false where the
  // last one does (MatMul, Gemm without transB).
  bool output_major = true;
  std::string bias;  // the initializer added to the outputs (Conv/Gemm input 2, or an Add), or ""
  bool quantized = false;

  int64_t size() const { return ElementCount(shape); }
  int64_t outputs() const { return output_major ? shape.front() : shape.back(); }
  int64_t inputs() const { return outputs() ? size() / outputs() : 0; }
};

// All weights in the order of their nodes; a weight that several nodes share is listed once, as its
// first node uses it. A weight is a float32 initializer, or its quantized form, that is input 1 of
// a Conv (rank 3 and up), a Gemm or a MatMul (rank 2 both), and is not empty.
std::vector<WeightRef> ListWeights(const Graph& graph);

}  // namespace dc

#endif  // DC_WEIGHTS_H_
