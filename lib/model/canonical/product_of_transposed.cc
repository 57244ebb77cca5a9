#include <algorithm>
#include <string>
#include <utility>

#include "model/canonical/canonical.h"
#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"
#include "model/quantized_form.h"

namespace dc {
namespace {

// The constant matrix, quantized or not, whose transpose `value` is; "" where it is none.
std::string TransposedMatrix(const Graph& graph, const GraphIndex& index,
                             const std::string& value) {
  const Node* node = index.Producer(value);
  if (node == nullptr || OperatorOf(*node) != &op::kTranspose) return "";
  const std::vector<int64_t> perm = node->Ints("perm", {});
  if (!perm.empty() && perm != std::vector<int64_t>{1, 0}) return "";
  const std::string& name = node->Input(0);
  if (const auto tensor = graph.initializers.find(name); tensor != graph.initializers.end()) {
    return tensor->second.shape.size() == 2 ? name : "";
  }
  const auto form = FindQuantizedForm(graph, name, &index);
  return form && graph.initializers.at(form->codes).shape.size() == 2 ? name : "";
}

void Flip(const char* attribute, Node* node) {
  if (node->Int(attribute, 0) != 0) {
    node->attributes.erase(attribute);
  } else {
    node->attributes[attribute] = int64_t{1};
  }
}

// Whether the batch, if there is one, is dimension 0, and all other dimensions are known numbers.
bool BeginsWithBatch(const op::Shape& shape) {
  return std::all_of(shape.begin() + 1, shape.end(), [](int64_t d) { return d > 0; });
}

}  // namespace

void ProductOfTransposed(const ShapeTracker& shapes, const GraphIndex& index,
                         std::vector<Node>* nodes, Graph* graph) {
  Node& node = nodes->front();
  const op::Operator* record = OperatorOf(node);
  if (record == &op::kGemm) {
    for (size_t i = 0; i < 2; ++i) {
      const std::string matrix = TransposedMatrix(*graph, index, node.Input(i));
      if (matrix.empty()) continue;
      node.inputs[i] = matrix;
      Flip(i == 0 ? "transA" : "transB", &node);
    }
    return;
  }
  if (record != &op::kMatMul || node.inputs.size() != 2 || node.outputs.size() != 1) return;
  const std::string left = TransposedMatrix(*graph, index, node.inputs[0]);
  const std::string right = TransposedMatrix(*graph, index, node.inputs[1]);
  if (left.empty() == right.empty()) return;
  const op::Shape* x = shapes.Find(node.inputs[left.empty() ? 0 : 1]);
  if (x == nullptr || x->size() < 2) return;
  if (x->size() == 2) {
    node.op = op::kGemm.name;
    node.inputs[left.empty() ? 1 : 0] = left.empty() ? right : left;
    Flip(left.empty() ? "transB" : "transA", &node);
    return;
  }
  if (!left.empty() || !BeginsWithBatch(*x) || x->back() < 1) return;
  const op::Shape* turned = shapes.Find(node.inputs[1]);
  if (turned == nullptr) return;
  // A matrix of all vectors, and its rows as they were.
  op::Shape whole = *x;
  whole[0] = whole[0] < 0 ? -1 : whole[0];
  whole.back() = turned->back();
  const std::string output = node.outputs[0];
  const std::string rows = graph->FreshName(output + "_rows");
  Node before = ReshapeNode(node.inputs[0], rows, {-1, x->back()}, graph);
  node.op = op::kGemm.name;
  node.inputs = {rows, right};
  node.outputs[0] = graph->FreshName(output + "_products");
  Flip("transB", &node);
  Node after = ReshapeNode(node.outputs[0], output, std::move(whole), graph);
  Node product = std::move(node);
  *nodes = {std::move(before), std::move(product), std::move(after)};
}

}  // namespace dc
