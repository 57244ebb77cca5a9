// Which part of a graph training executes, and whether it fits the data.
#ifndef DC_TRAIN_NETWORK_H_
#define DC_TRAIN_NETWORK_H_

#include <cstdint>
#include <map>
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
  std::vector<int64_t> sample_shape;  // of one sample at the input: without dimension 0
  int64_t declared_batch = -1;        // dimension 0 of the input as declared; -1: not fixed
  std::string logits;                 // the first graph output, or what its final Softmax reads
  std::vector<size_t> nodes;          // indices into graph->nodes, in order; no Constant nodes
  // How often the nodes above, and the loss, read each value or parameter.
  std::map<std::string, int> readers;
};

// How errors call `node`.
std::string NodeLabel(const Node& node);

// Finds the network of `graph` for samples of `data` (channels, height, width) laid out as
// `preprocess` says. A final Softmax or LogSoftmax over the classes is left out: the loss contains
// it. Errors: parameters without a value, no or several inputs, an input of another type or shape
// than the data's.
StatusOr<Network> FindNetwork(const Graph& graph, const Dataset& data,
                              const Preprocess& preprocess);

// BadInput that names both numbers where a network with `outputs` logits does not fit the classes
// of `data`.
Status CheckClasses(const Network& network, const Dataset& data, int64_t outputs);

}  // namespace dc::train

#endif  // DC_TRAIN_NETWORK_H_
