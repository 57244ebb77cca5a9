// A network that Python holds.
#ifndef DC_PYTHON_CORE_NETWORK_H_
#define DC_PYTHON_CORE_NETWORK_H_

#include <memory>
#include <utility>

#include "dc/graph.h"

namespace dc::python {

// Never changes: every stage makes a new one.
struct Network {
  Graph graph;
};

inline std::shared_ptr<Network> NewNetwork(Graph graph) {
  return std::make_shared<Network>(Network{std::move(graph)});
}

}  // namespace dc::python

#endif  // DC_PYTHON_CORE_NETWORK_H_
