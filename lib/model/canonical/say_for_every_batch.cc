// Settings with the batch in them, as ONNX can say them of any batch.
#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "model/canonical/constant_folder.h"
#include "model/canonical/spell_by_shapes.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// Whether entry `i` is `extent`, a dimension with the batch in it.
bool IsBatch(const Known& setting, size_t i, int64_t extent) {
  return extent < 0 && setting.ints[i] == 0 && setting.batch(i) == -extent;
}

// The batch is copied from the input where it stands at the same place there, else it is what is
// left of the elements; the other dimensions are numbers.
std::optional<std::vector<int64_t>> SayShape(const Known& setting, const op::Shape* x) {
  std::vector<int64_t> shape;
  op::Shape known;  // -k for k times the batch
  std::optional<size_t> open, batch;
  for (size_t d = 0; d < setting.ints.size(); ++d) {
    const int64_t number = setting.ints[d], factor = setting.batch(d);
    if (factor != 0) {
      if (number != 0 || factor < 0 || batch) return std::nullopt;
      batch = d;
      known.push_back(-factor);
      shape.push_back(-1);
      if (x != nullptr && d < x->size() && (*x)[d] == -factor) shape[d] = 0;
    } else if (number == -1) {
      if (open) return std::nullopt;
      open = d;
      known.push_back(1);
      shape.push_back(-1);
    } else {
      if (number == 0 && (x == nullptr || d >= x->size())) return std::nullopt;
      known.push_back(number == 0 ? (*x)[d] : number);
      shape.push_back(number);
    }
  }
  if (open && shape[*batch] == -1) {
    // One of the two is to be a number.
    if (x == nullptr) return std::nullopt;
    const auto all = op::Product(*x);
    const auto others = op::Product(known);
    if (!all || !others || *all % *others != 0 || *all / *others < 1) return std::nullopt;
    shape[*open] = *all / *others;
  }
  return shape;
}

bool SayReshape(const Known& setting, const op::Shape* x, const Node& node, Tensor* said) {
  if (node.Int("allowzero", 0) != 0) return false;
  const auto shape = SayShape(setting, x);
  if (shape) *said = Tensor::I64(*shape);
  return shape.has_value();
}

// What has the batch already stays as it is.
bool SayExpand(const Known& setting, const op::Shape* x, Tensor* said) {
  if (x == nullptr) return false;
  std::vector<int64_t> shape = setting.ints;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (setting.batch(d) == 0) continue;
    const size_t back = shape.size() - d;
    if (back > x->size() || !IsBatch(setting, d, (*x)[x->size() - back])) return false;
    shape[d] = 1;
  }
  *said = Tensor::I64(shape);
  return true;
}

// All of the batch.
bool SayEnds(const Known& setting, const op::Shape* x, const Node& node, const Graph& graph,
             Tensor* said) {
  if (x == nullptr) return false;
  const Tensor* axes = graph.Constant(node.Input(3));
  const auto listed = axes != nullptr ? Known::From(*axes) : std::nullopt;
  if (!node.Input(3).empty() && (!listed || listed->size() != setting.size())) return false;
  std::vector<int64_t> ends = setting.ints;
  for (size_t i = 0; i < ends.size(); ++i) {
    if (setting.batch(i) == 0) continue;
    const auto axis = op::Axis(listed ? listed->ints[i] : static_cast<int64_t>(i), x->size());
    if (!axis || !IsBatch(setting, i, (*x)[*axis])) return false;
    ends[i] = std::numeric_limits<int64_t>::max();
  }
  *said = Tensor::I64(ends);
  return true;
}

}  // namespace

bool SayForEveryBatch(const ShapeTracker& shapes, const Known& setting, size_t i, Node* node,
                      Graph* graph) {
  const op::Operator* record = OperatorOf(*node);
  const op::Shape* x = shapes.Find(node->Input(0));
  if (setting.shape.size() != 1 || node->outputs.empty()) return false;
  Tensor said;
  bool ok = false;
  if (record == &op::kReshape) ok = SayReshape(setting, x, *node, &said);
  if (record == &op::kExpand) ok = SayExpand(setting, x, &said);
  if (record == &op::kSlice && i == 2) ok = SayEnds(setting, x, *node, *graph, &said);
  if (record == &op::kResize && i == 3) {
    if (x == nullptr || x->size() != setting.size()) return false;
    std::vector<int64_t> sizes = setting.ints;
    for (size_t d = 0; d < sizes.size(); ++d) {
      if (setting.batch(d) != 0 && !IsBatch(setting, d, (*x)[d])) return false;
      if (setting.batch(d) != 0) sizes[d] = -setting.batch(d);
    }
    return ScaleToSizes(*x, sizes, node, graph);
  }
  if (!ok) return false;
  const std::string name =
      graph->FreshName(node->outputs[0] + "_" + std::string(record->Input(i).name));
  graph->initializers[name] = std::move(said);
  node->inputs[i] = name;
  return true;
}

}  // namespace dc
