// Who writes and who reads each value of a graph, for those who ask about many of them.
#ifndef DC_MODEL_GRAPH_INDEX_H_
#define DC_MODEL_GRAPH_INDEX_H_

#include <cstddef>
#include <string>
#include <unordered_map>

#include "dc/graph.h"

namespace dc {

// What Graph::Producer and Graph::Consumers found when it was made, in constant time. The graph's
// nodes stay where they are meanwhile; what they compute may change, but not what they write.
class GraphIndex {
 public:
  explicit GraphIndex(const Graph& graph) {
    for (const Node& node : graph.nodes) {
      for (const std::string& output : node.outputs) producers_.emplace(output, &node);
      // A node that reads a value twice is one consumer.
      for (const std::string& input : node.inputs) {
        Readers& readers = readers_[input];
        readers.count += readers.last != &node;
        readers.last = &node;
      }
    }
  }

  // The node that writes `value`, or null.
  const Node* Producer(const std::string& value) const {
    const auto at = producers_.find(value);
    return at == producers_.end() ? nullptr : at->second;
  }
  // How many nodes read `value`.
  size_t Consumers(const std::string& value) const {
    const auto at = readers_.find(value);
    return at == readers_.end() ? 0 : at->second.count;
  }

 private:
  struct Readers {
    size_t count = 0;
    const Node* last = nullptr;
  };

  std::unordered_map<std::string, const Node*> producers_;
  std::unordered_map<std::string, Readers> readers_;
};

}  // namespace dc

#endif  // DC_MODEL_GRAPH_INDEX_H_
