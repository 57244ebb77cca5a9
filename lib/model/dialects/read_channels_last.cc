// qonnx.custom_op.channels_last: Conv, MaxPool and BatchNormalization of values whose channels come
// last. A convolution's weights have their inputs last, too.
#include <utility>
#include <vector>

#include "base/counting.h"
#include "model/dialects/channels_last.h"
#include "model/dialects/dialects.h"
#include "model/node_attributes.h"
#include "model/quoted.h"
#include "model/shapes.h"

namespace dc {
namespace {

constexpr const char* kDomain = "qonnx.custom_op.channels_last";

// Unknown where nothing says it: 0.
size_t RankOf(const Node& node, const ShapeTracker& shapes) {
  const std::vector<int64_t> kernel = node.Ints("kernel_shape", {});
  if (!kernel.empty()) return kernel.size() + 2;
  const op::Shape* shape = shapes.Find(node.Input(0));
  return shape != nullptr ? shape->size() : 0;
}

Status Read(const Node& node, const ShapeTracker& shapes, NodeWriter* to) {
  const op::Operator* record = op::FindOperator(node.op);
  const bool convolution = record == &op::kConv;
  if (!convolution && record != &op::kMaxPool && record != &op::kBatchNormalization) {
    return Unsupported("an operator whose channels come last", "",
                       "Conv, MaxPool and BatchNormalization are covered");
  }
  if (node.inputs.size() < (convolution ? 2 : 1)) {
    return BadInput("an input is missing", "", "export the model again");
  }
  const size_t rank = RankOf(node, shapes);
  if (rank < 2 || node.outputs.size() != 1) {
    return Unsupported("a value of unknown shape whose channels come last",
                       "input " + Quoted(node.Input(0)), "export the model with shapes");
  }
  std::vector<std::string> inputs = node.inputs;
  inputs[0] = ToChannelsFirst(inputs[0], rank, to);
  if (convolution) inputs[1] = ToChannelsFirst(inputs[1], rank, to);
  ToChannelsLast(to->Add(node.op, std::move(inputs), node.attributes), rank, to);
  return OkStatus();
}

}  // namespace

std::string ToChannelsFirst(const std::string& x, size_t rank, NodeWriter* to) {
  std::vector<int64_t> perm = Counting(rank);
  perm.insert(perm.begin() + 1, perm.back());
  perm.pop_back();
  return to->Add(op::kTranspose.name, {x}, {{"perm", std::move(perm)}});
}

std::string ToChannelsLast(const std::string& x, size_t rank, NodeWriter* to) {
  std::vector<int64_t> perm = Counting(rank);
  perm.erase(perm.begin() + 1);
  perm.push_back(1);
  return to->Add(op::kTranspose.name, {x}, {{"perm", std::move(perm)}});
}

void ReadChannelsLast(Graph* graph, Reasons* reasons) {
  ShapeTracker shapes(*graph);
  std::vector<Node> nodes;
  for (const Node& node : graph->nodes) {
    std::vector<Node> parts = {node};
    if (node.domain == kDomain) {
      NodeWriter to(node, graph);
      const Status status = Read(node, shapes, &to);
      if (status.ok()) {
        parts = std::move(to).Take();
      } else {
        reasons->Add(node, status);
      }
    }
    for (Node& part : parts) {
      static_cast<void>(shapes.Visit(part));
      nodes.push_back(std::move(part));
    }
    // What has no record yet is a quantizer that is read later: as many numbers as before.
    const op::Shape* shape = shapes.Find(node.Input(0));
    const bool known = shapes.Find(node.outputs[0]) != nullptr;
    if (!known && shape != nullptr && OperatorOf(node) == nullptr && node.domain != kDomain) {
      shapes.Set(node.outputs[0], *shape);
    }
  }
  graph->nodes = std::move(nodes);
}

}  // namespace dc
