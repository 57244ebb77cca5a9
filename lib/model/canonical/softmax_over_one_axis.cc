#include <string>
#include <utility>

#include "model/canonical/canonical.h"
#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

constexpr const char* kAxis = "axis";
constexpr int64_t kOldDefaultAxis = 1, kLastAxis = -1;

// The rank of the input, which the output has too: known, or declared of a graph output.
size_t RankOf(const ShapeTracker& shapes, const Node& node, const Graph& graph) {
  if (const op::Shape* x = shapes.Find(node.Input(0))) return x->size();
  for (const ValueInfo& output : graph.outputs) {
    if (output.name == node.outputs[0]) return output.shape.size();
  }
  return 0;
}

}  // namespace

bool SoftmaxOverOneAxis(const ShapeTracker& shapes, std::vector<Node>* nodes, Graph* graph) {
  Node& node = nodes->front();
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || !record->Has(op::kOnceOverMatrices) || graph->opset >= kCanonicalOpset) {
    return true;
  }
  const size_t rank = node.outputs.empty() ? 0 : RankOf(shapes, node, *graph);
  const auto axis = op::Axis(node.Int(kAxis, kOldDefaultAxis), rank);
  if (!axis) return false;
  if (*axis + 1 == rank) {
    node.attributes[kAxis] = kLastAxis;
    return true;
  }
  const op::Shape* x = shapes.Find(node.Input(0));
  const auto rest = x != nullptr ? op::Product(std::span(*x).subspan(1)) : std::nullopt;
  if (*axis == 0 || !rest || *rest < 1) return false;
  // Dimensions before the axis are the rows, as they are; those from it on are one.
  std::vector<int64_t> split(*axis, 0), whole(x->begin(), x->end());
  split.push_back(-1);
  whole[0] = 0;
  const std::string output = node.outputs[0];
  const std::string rows = graph->FreshName(output + "_rows");
  node.attributes[kAxis] = kLastAxis;
  Node before = ReshapeNode(node.inputs[0], rows, std::move(split), graph);
  node.inputs[0] = rows;
  node.outputs[0] = graph->FreshName(output + "_probabilities");
  Node after = ReshapeNode(node.outputs[0], output, std::move(whole), graph);
  nodes->insert(nodes->begin(), std::move(before));
  nodes->push_back(std::move(after));
  return true;
}

}  // namespace dc
