#include <utility>

#include "model/canonical/spell_by_shapes.h"
#include "op/operator.h"

namespace dc {

Node ReshapeNode(const std::string& from, const std::string& to, std::vector<int64_t> shape,
                 Graph* graph) {
  Node node;
  node.op = op::kReshape.name;
  node.name = to;
  const std::string setting = graph->FreshName(to + "_shape");
  graph->initializers[setting] = Tensor::I64(shape);
  node.inputs = {from, setting};
  node.outputs = {to};
  return node;
}

Node TransposeNode(const std::string& from, const std::string& to, std::vector<int64_t> perm) {
  Node node;
  node.op = op::kTranspose.name;
  node.name = to;
  node.inputs = {from};
  node.outputs = {to};
  node.attributes["perm"] = std::move(perm);
  return node;
}

}  // namespace dc
