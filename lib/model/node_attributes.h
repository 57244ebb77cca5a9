// The attributes of a graph's node as its operator's record lists them, settings among them.
#ifndef DC_MODEL_NODE_ATTRIBUTES_H_
#define DC_MODEL_NODE_ATTRIBUTES_H_

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "dc/graph.h"
#include "dc/status.h"
#include "op/operator.h"

namespace dc {

// The record of `node`'s operator, or null where there is none.
const op::Operator* OperatorOf(const Node& node);

// The elements of an integer or bool tensor; none of a tensor of another type.
std::vector<int64_t> IntegersOf(const Tensor& tensor);

class NodeAttributes final : public op::Attributes {
 public:
  // Reads the attributes of `node` and the constants at its setting inputs. Unsupported where the
  // record does not cover an attribute or its value, and where a setting is computed or has another
  // type; errors leave out the node.
  static StatusOr<NodeAttributes> Read(const Graph& graph, const Node& node,
                                       const op::Operator& record);

  int64_t Int(std::string_view name) const override;
  float Float(std::string_view name) const override;
  std::span<const int64_t> Ints(std::string_view name) const override;
  std::span<const float> Floats(std::string_view name) const override;

 private:
  NodeAttributes(const Node& node, const op::Operator& record) : node_(&node), record_(&record) {}
  Status ReadSetting(const std::string& input, const Tensor& tensor,
                     const op::AttributeSpec& setting);

  const Node* node_;
  const op::Operator* record_;
  // Settings that are given as constant inputs, by name.
  std::map<std::string, std::vector<int64_t>, std::less<>> ints_;
  std::map<std::string, std::vector<float>, std::less<>> floats_;
};

}  // namespace dc

#endif  // DC_MODEL_NODE_ATTRIBUTES_H_
