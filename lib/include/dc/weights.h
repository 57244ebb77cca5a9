// Which tensors of a graph are weights: the tensors that are pruned, quantized and coded.
#ifndef DC_WEIGHTS_H_
#define DC_WEIGHTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "dc/graph.h"

namespace dc {

enum class LayerKind { kConv, kFullyConnected };

// The weight of one layer, float or quantized.
struct WeightRef {
  std::string name;  // the value that the node reads: W (also when W is Gather(W_codebook, ...))
  LayerKind kind = LayerKind::kFullyConnected;
  size_t node = 0;             // index of the layer in Graph::nodes
  size_t input = 1;            // of the node, where the weight is
  std::vector<int64_t> shape;  // as stored
  // The dimension that counts the outputs: 0 of OIHW and of a transposed matrix, the last of a
  // matrix that is not. Elsewhere it counts those of one of several groups or matrices.
  size_t output_axis = 0;
  std::string bias;  // the initializer that is added to the outputs, by the node or one after it
  bool quantized = false;

  int64_t size() const { return ElementCount(shape); }
  bool output_major() const { return output_axis == 0; }
  // Whether it is one matrix of outputs and the inputs that each of them has, in this order or
  // turned: not several matrices side by side.
  bool is_one_matrix() const { return output_major() || shape.size() == 2; }
  int64_t outputs() const { return shape[output_axis]; }
  int64_t inputs() const { return outputs() ? size() / outputs() : 0; }
};

// All weights in the order of their nodes; a weight that several nodes share is listed once, as its
// first node uses it. A weight is a float32 initializer, or its quantized form, that its operator
// reads as a weight, of rank 3 and up for convolutions and of rank 2 and up for matrix products,
// and is not empty.
std::vector<WeightRef> ListWeights(const Graph& graph);

// A float tensor that no stage compresses.
struct UncompressedTensor {
  std::string name;
  int64_t bytes = 0;
  std::string reason;  // "Einsum is not compressed"
};

// The float matrices and long vectors that nodes read and ListWeights leaves out, biases and
// numbers per channel aside, in the order of the nodes.
std::vector<UncompressedTensor> ListUncompressed(const Graph& graph);

}  // namespace dc

#endif  // DC_WEIGHTS_H_
