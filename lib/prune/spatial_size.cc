#include "prune/spatial_size.h"

#include <algorithm>
#include <set>
#include <vector>

namespace dc {
namespace {

bool KeepsShape(const std::string& op) {
  static const std::set<std::string> ops = {"Relu", "LeakyRelu", "Sigmoid", "Tanh",
                                            "Clip", "Identity",  "Dropout", "BatchNormalization",
                                            "LRN"};
  return ops.count(op) > 0;
}

// The shape of the graph input that `value` comes from by first inputs; `chain` gets the nodes
// between them, in order.
std::optional<std::vector<int64_t>> InputShape(const Graph& graph, std::string value,
                                               std::vector<const Node*>* chain) {
  for (size_t length = 0; length <= graph.nodes.size(); ++length) {
    for (const ValueInfo& input : graph.inputs) {
      if (input.name != value) continue;
      std::reverse(chain->begin(), chain->end());
      return input.shape;
    }
    const Node* producer = graph.Producer(value);
    if (!producer) return std::nullopt;
    chain->push_back(producer);
    value = producer->Input(0);
  }
  return std::nullopt;
}

// Applies a convolution or pooling window to one axis; nothing where the attributes are not
// covered.
std::optional<int64_t> Slide(const Node& node, size_t axis, size_t axes, int64_t size,
                             int64_t kernel) {
  const std::vector<int64_t> ones(axes, 1), zeros(2 * axes, 0);
  const std::vector<int64_t> strides = node.Ints("strides", ones);
  const std::vector<int64_t> dilations = node.Ints("dilations", ones);
  const std::vector<int64_t> pads = node.Ints("pads", zeros);
  const std::string auto_pad = node.String("auto_pad", "NOTSET");
  if (auto_pad != "NOTSET" && auto_pad != "VALID") return std::nullopt;
  if (strides.size() != axes || dilations.size() != axes || pads.size() != 2 * axes ||
      node.Int("ceil_mode", 0) != 0 || strides[axis] < 1) {
    return std::nullopt;
  }
  const int64_t padded = size + pads[axis] + pads[axes + axis];
  const int64_t window = dilations[axis] * (kernel - 1) + 1;
  if (window < 1 || padded < window) return std::nullopt;
  return (padded - window) / strides[axis] + 1;
}

}  // namespace

std::optional<int64_t> SpatialSize(const Graph& graph, const std::string& value) {
  std::vector<const Node*> chain;
  const std::optional<std::vector<int64_t>> input = InputShape(graph, value, &chain);
  if (!input || input->size() < 3) return std::nullopt;
  std::vector<int64_t> sizes(input->begin() + 2, input->end());
  for (const int64_t size : sizes) {
    if (size < 1) return std::nullopt;
  }
  for (const Node* node : chain) {
    if (node->op == "GlobalAveragePool") {
      sizes.assign(sizes.size(), 1);
      continue;
    }
    if (node->op == "Add") {  // of a bias per channel
      const Tensor* other = graph.Constant(node->Input(1));
      if (!other || other->shape.size() <= sizes.size() ||
          other->shape[other->shape.size() - 1 - sizes.size()] != other->size()) {
        return std::nullopt;
      }
      continue;
    }
    if (KeepsShape(node->op)) continue;
    std::vector<int64_t> kernel;
    if (node->op == "MaxPool" || node->op == "AveragePool") {
      kernel = node->Ints("kernel_shape", {});
    } else if (node->op == "Conv") {
      const Tensor* weight = graph.Constant(node->Input(1));
      if (weight && weight->shape.size() == sizes.size() + 2) {
        kernel.assign(weight->shape.begin() + 2, weight->shape.end());
      }
    }
    if (kernel.size() != sizes.size()) return std::nullopt;
    for (size_t axis = 0; axis < sizes.size(); ++axis) {
      const auto slid = Slide(*node, axis, sizes.size(), sizes[axis], kernel[axis]);
      if (!slid) return std::nullopt;
      sizes[axis] = *slid;
    }
  }
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return count;
}

}  // namespace dc
