// Several operators that together round a value.
#ifndef DC_QUANTIZE_NODE_CHAIN_H_
#define DC_QUANTIZE_NODE_CHAIN_H_

#include <map>
#include <string>
#include <vector>

#include "dc/graph.h"
#include "op/operator.h"

namespace dc {

// Nodes that begin with the value `value` of `graph` and take its place for whoever reads it.
class NodeChain {
 public:
  NodeChain(std::string value, Graph* graph) : value_(std::move(value)), graph_(graph) {}

  // A constant of the chain; its name, which begins with the value's and ends with `suffix`.
  std::string Number(const std::string& suffix, float number);
  // A node of the chain, after those before it; the name of what it writes, made likewise. Suffixes
  // differ.
  std::string Add(const op::Operator& record, const std::string& suffix,
                  std::vector<std::string> inputs,
                  std::map<std::string, AttributeValue> attributes = {});
  // Puts the nodes after the one that writes the value; its readers read `result` from now on.
  // Comes last, once.
  void PutAfterValue(const std::string& result);

 private:
  std::string value_;
  Graph* graph_;
  std::vector<Node> nodes_;
};

}  // namespace dc

#endif  // DC_QUANTIZE_NODE_CHAIN_H_
