// Which layer reads the neurons (output channels) of another, where that can be told exactly.
#ifndef DC_PRUNE_NEURON_LINK_H_
#define DC_PRUNE_NEURON_LINK_H_

#include <optional>
#include <vector>

#include "dc/graph.h"
#include "dc/weights.h"

namespace dc {

// Neuron c of `from` reaches `to`, and nothing else, through operators that keep channels apart. In
// `to` it meets the inputs c * block .. (c + 1) * block - 1 of every output.
struct NeuronLink {
  WeightRef from, to;        // float weights that one node reads each
  std::vector<size_t> path;  // the nodes between them, in order; the Add of from.bias included
  int64_t block = 1;         // kernel positions of a convolution, pixels of a flattened channel
  // True where `to` has a bias of its own that takes up a constant: output o gains
  // value * (sum of the weights of o over the block).
  bool takes_constant = false;
  // True where `to` pads its input with zeros, so that only the constant 0 stays one.
  bool pads = false;

  int64_t neurons() const { return from.outputs(); }
};

// The links between the weights of `graph`. A layer has none where its output is a graph output or
// has several readers, meets another branch, or passes an operator that is not covered: neurons are
// followed through Relu, LeakyRelu, Sigmoid, Tanh, Clip, Identity, Dropout, batch normalization in
// inference form, pooling, and Flatten or Reshape to rows.
std::vector<NeuronLink> FindNeuronLinks(const Graph& graph);

// The value after link.path of neuron `neuron` when its layer (without bias) gives 0 everywhere,
// or nothing where it is not one constant.
std::optional<double> ConstantBehind(const Graph& graph, const NeuronLink& link, int64_t neuron);

}  // namespace dc

#endif  // DC_PRUNE_NEURON_LINK_H_
