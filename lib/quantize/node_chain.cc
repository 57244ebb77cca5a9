#include "quantize/node_chain.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace dc {

std::string NodeChain::Number(const std::string& suffix, float number) {
  const std::string name = graph_->FreshName(value_ + suffix);
  graph_->initializers[name] = Tensor::F32({}, {&number, 1});
  return name;
}

std::string NodeChain::Add(const op::Operator& record, const std::string& suffix,
                           std::vector<std::string> inputs,
                           std::map<std::string, AttributeValue> attributes) {
  Node node;
  node.op = record.name;
  node.inputs = std::move(inputs);
  node.outputs = {graph_->FreshName(value_ + suffix)};
  node.name = graph_->FreshNodeName(node.outputs[0]);
  node.attributes = std::move(attributes);
  nodes_.push_back(std::move(node));
  return nodes_.back().outputs[0];
}

void NodeChain::PutAfterValue(const std::string& result) {
  for (Node& node : graph_->nodes) {
    std::replace(node.inputs.begin(), node.inputs.end(), value_, result);
  }
  const Node* writer = graph_->Producer(value_);  // none of a graph's input
  const auto place = writer == nullptr
                         ? graph_->nodes.begin()
                         : graph_->nodes.begin() + (writer - graph_->nodes.data()) + 1;
  graph_->nodes.insert(place, std::make_move_iterator(nodes_.begin()),
                       std::make_move_iterator(nodes_.end()));
}

}  // namespace dc
