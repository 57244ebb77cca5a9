// Nodes that take the place of another, and the constants that they read.
#ifndef DC_MODEL_DIALECTS_NODE_WRITER_H_
#define DC_MODEL_DIALECTS_NODE_WRITER_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dc/graph.h"

namespace dc {

class NodeWriter {
 public:
  // Names begin with the name of what `node` writes. Both must outlive it.
  NodeWriter(const Node& node, Graph* graph) : node_(node), graph_(graph) {}

  bool empty() const { return nodes_.empty(); }
  // The node that was added last. Precondition: not empty().
  Node& last() { return nodes_.back(); }
  const std::vector<Node>& nodes() const { return nodes_; }

  // Adds a node and returns the value that it writes.
  std::string Add(std::string_view op, std::vector<std::string> inputs,
                  std::map<std::string, AttributeValue> attributes = {}) {
    Node node;
    node.op = op;
    node.inputs = std::move(inputs);
    node.outputs = {graph_->FreshName(node_.outputs[0] + "_" + std::string(op) + "_" +
                                      std::to_string(nodes_.size()))};
    node.name = graph_->FreshNodeName(node.outputs[0]);
    node.attributes = std::move(attributes);
    nodes_.push_back(std::move(node));
    return nodes_.back().outputs[0];
  }

  std::string Constant(std::string_view what, Tensor tensor) {
    const std::string name = graph_->FreshName(node_.outputs[0] + "_" + std::string(what));
    graph_->initializers[name] = std::move(tensor);
    return name;
  }
  std::string Number(std::string_view what, float value) {
    return Constant(what, Tensor::F32({}, {&value, 1}));
  }
  std::string List(std::string_view what, const std::vector<int64_t>& values) {
    return Constant(what, Tensor::I64(values));
  }

  // The nodes; the last one goes by the name of what they replace and writes its output.
  // Precondition: not empty().
  std::vector<Node> Take() && {
    nodes_.back().name = node_.name;
    nodes_.back().outputs = {node_.outputs[0]};
    return std::move(nodes_);
  }

 private:
  const Node& node_;
  Graph* graph_;
  std::vector<Node> nodes_;
};

}  // namespace dc

#endif  // DC_MODEL_DIALECTS_NODE_WRITER_H_
