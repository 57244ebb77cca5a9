#include <string>
#include <utility>

#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {

void DropLeadingOnes(const ShapeTracker& shapes, Node* node, Graph* graph) {
  if (OperatorOf(*node) != &op::kMatMul || node->inputs.size() != 2) return;
  const op::Shape* x = shapes.Find(node->inputs[0]);
  const auto constant = graph->initializers.find(node->inputs[1]);
  if (x == nullptr || constant == graph->initializers.end()) return;
  std::vector<int64_t>& shape = constant->second.shape;
  if (shape.size() < 3 || x->size() < shape.size()) return;
  const auto matrix = shape.end() - 2;
  if (op::Product({shape.begin(), matrix}) != 1) return;
  if (graph->Consumers(node->inputs[1]).size() == 1) {
    shape.erase(shape.begin(), matrix);
    return;
  }
  // Other nodes read it as it is.
  Tensor reshaped = constant->second;
  reshaped.shape.assign(matrix, shape.end());
  node->inputs[1] = graph->FreshName(node->inputs[1] + "_matrix");
  graph->initializers[node->inputs[1]] = std::move(reshaped);
}

}  // namespace dc
