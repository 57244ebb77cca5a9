// Which part of a graph training executes, and whether it fits the data.
#ifndef DC_TRAIN_NETWORK_H_
#define DC_TRAIN_NETWORK_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "dc/data.h"
#include "dc/graph.h"
#include "dc/status.h"

namespace dc::train {

// The nodes that lead from the one input to the logits. Refers to the graph, which must outlive it.
struct Network {
  const Graph* graph = nullptr;
  std::string input;                  // name of the graph input
  Reading reading;                    // how samples become inputs
  std::vector<int64_t> sample_shape;  // of one sample at the input: without dimension 0
  int64_t declared_batch = -1;        // dimension 0 of the input as declared; -1: not fixed
  std::string output;                 // the graph output that the labels or targets are about
  std::string logits;         // the same, or what its final Softmax or Sigmoid reads; "": none
  bool any_shape = false;     // of the logits, behind the batch: they need not be a list of classes
  std::vector<size_t> nodes;  // indices into graph->nodes, in order; no Constant nodes
  // How often the nodes above, and the loss, read each value or parameter.
  std::map<std::string, int> readers;
};

// How errors call `node`.
std::string NodeLabel(const Node& node);

// What is asked of a network beyond its data.
struct NetworkUse {
  std::string logits;  // the output to follow; "": as FindHead decides
  const Augmentation* augmentation = nullptr;
};

// Finds the network of `graph` for samples of `data` as DecideReading reads them, up to the head
// that FindHead finds. Errors: parameters without a value, no or several inputs, an input of
// another type or shape than the data's, no one head.
StatusOr<Network> FindNetwork(const Graph& graph, const Dataset& data, const Preprocess& preprocess,
                              const NetworkUse& use = {});

// The part of `graph` that computes `values`, for whatever labels: it has no output and no logits.
// Errors as above.
StatusOr<Network> FindNetworkUpTo(const Graph& graph, const Dataset& data,
                                  const Preprocess& preprocess,
                                  const std::set<std::string>& values);

}  // namespace dc::train

#endif  // DC_TRAIN_NETWORK_H_
