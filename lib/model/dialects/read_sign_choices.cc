// Where(GreaterOrEqual(x, 0), s, -s): the sign of x, times s.
#include "model/dialects/dialects.h"
#include "model/graph_index.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

bool IsZero(const Tensor* tensor) {
  return tensor != nullptr && tensor->type == DataType::kFloat32 && tensor->size() == 1 &&
         tensor->f32()[0] == 0;
}

bool AreOpposite(const Tensor* a, const Tensor* b) {
  if (a == nullptr || b == nullptr || a->type != DataType::kFloat32 ||
      b->type != DataType::kFloat32 || a->shape != b->shape) {
    return false;
  }
  const auto plus = a->f32(), minus = b->f32();
  for (size_t i = 0; i < plus.size(); ++i) {
    if (!(plus[i] > 0) || minus[i] != -plus[i]) return false;
  }
  return !plus.empty();
}

}  // namespace

void ReadSignChoices(Graph* graph) {
  const GraphIndex index(*graph);
  for (Node& node : graph->nodes) {
    if (OperatorOf(node) != &op::kWhere || node.inputs.size() != 3) continue;
    const Node* compare = index.Producer(node.inputs[0]);
    if (compare == nullptr || OperatorOf(*compare) != &op::kGreaterOrEqual) continue;
    if (graph->Constant(compare->Input(0)) != nullptr) continue;
    if (!IsZero(graph->Constant(compare->Input(1)))) continue;
    if (!AreOpposite(graph->Constant(node.inputs[1]), graph->Constant(node.inputs[2]))) continue;
    // x must have the shape of the result: the scale is one number, or as x's channels.
    if (graph->Constant(node.inputs[1])->size() != 1) continue;
    node.op = op::kBinaryQuantize.name;
    node.inputs = {compare->inputs[0], node.inputs[1]};
  }
}

}  // namespace dc
