// Who writes and who reads each value of a graph, for those who ask about many of them.
#ifndef DC_MODEL_GRAPH_INDEX_H_
#define DC_MODEL_GRAPH_INDEX_H_

#include <cstddef>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

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
        std::vector<const Node*>& consumers = consumers_[input];
        if (consumers.empty() || consumers.back() != &node) consumers.push_back(&node);
      }
    }
  }

  // The node that writes `value`, or null.
  const Node* Producer(const std::string& value) const {
    const auto at = producers_.find(value);
    return at == producers_.end() ? nullptr : at->second;
  }
  // The nodes that read `value`, in order.
  std::span<const Node* const> ConsumersOf(const std::string& value) const {
    const auto at = consumers_.find(value);
    return at == consumers_.end() ? std::span<const Node* const>() : at->second;
  }
  size_t Consumers(const std::string& value) const { return ConsumersOf(value).size(); }

 private:
  std::unordered_map<std::string, const Node*> producers_;
  std::unordered_map<std::string, std::vector<const Node*>> consumers_;
};

}  // namespace dc

#endif  // DC_MODEL_GRAPH_INDEX_H_
