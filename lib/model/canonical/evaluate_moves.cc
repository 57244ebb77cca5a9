// Numbers in another order or shape.
#include <algorithm>
#include <limits>
#include <utility>

#include "model/canonical/known.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

// `x` with the elements that `map` names, in the shape of the output.
std::optional<Known> Moved(const Known& x, const op::ElementMap& map, std::vector<int64_t> shape) {
  Known y = x;
  y.shape = std::move(shape);
  y.floats.clear();
  y.ints.clear();
  y.batches.clear();
  const auto last = map.last();
  op::VisitRuns(map, [&](int64_t from, int64_t) {
    for (int64_t offset : last) {
      const bool filled = from < 0 || offset < 0;
      const auto at = static_cast<size_t>(filled ? 0 : from + offset);
      if (x.is_float()) {
        y.floats.push_back(filled ? map.fill : x.floats[at]);
      } else {
        y.ints.push_back(filled ? static_cast<int64_t>(map.fill) : x.ints[at]);
        if (!x.batches.empty()) y.batches.push_back(filled ? 0 : x.batches[at]);
      }
    }
  });
  if (y.is_float()) return y;
  return Known::Integers(y.type, y.shape, std::move(y.ints), std::move(y.batches));
}

// What records describe: operators that reshape or that have a map.
std::optional<Known> ByRecord(const Graph& graph, const Node& node, const op::Operator& record,
                              const Known& x) {
  if (std::count(x.shape.begin(), x.shape.end(), 0) > 0) return std::nullopt;
  const auto attributes = NodeAttributes::Read(graph, node, record);
  if (!attributes.ok()) return std::nullopt;
  const op::Shape* shape = &x.shape;
  std::vector<op::Shape> y;
  if (!record.infer({*attributes, {&shape, 1}}, &y).ok()) return std::nullopt;
  if (ElementCount(y[0]) > kMostKnown) return std::nullopt;
  if (record.Has(op::kReshapes)) {
    Known result = x;
    result.shape = std::move(y[0]);
    return result;
  }
  return Moved(x, record.map(*attributes, x.shape, y[0]), y[0]);
}

// Slices of lists of numbers, which may be empty: those of a shape.
std::optional<Known> SliceList(const Graph& graph, const Node& node, const Known& x) {
  if (x.shape.size() != 1 || node.op != "Slice") return std::nullopt;
  const auto attributes = NodeAttributes::Read(graph, node, op::kSlice);
  if (!attributes.ok()) return std::nullopt;
  const auto starts = attributes->Ints("starts"), ends = attributes->Ints("ends");
  const auto steps = attributes->Ints("steps");
  if (starts.size() != 1 || ends.size() != 1 || (!steps.empty() && steps[0] != 1)) {
    return std::nullopt;
  }
  const int64_t size = x.shape[0];
  const auto clamp = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size); };
  if (clamp(ends[0]) > clamp(starts[0])) return std::nullopt;  // not empty
  Known none;
  none.type = x.type;
  none.shape = {0};
  return none;
}

std::optional<Known> Gather(const Node& node, const Known& x, const Known& indices) {
  const auto axis = op::Axis(node.Int("axis", 0), x.shape.size());
  if (!axis || indices.is_float() || !indices.batches.empty()) return std::nullopt;
  if (std::count(x.shape.begin(), x.shape.end(), 0) > 0) return std::nullopt;
  op::ElementMap map;
  if (!op::MapGather(x.shape, *axis, indices.ints, &map).ok()) return std::nullopt;
  std::vector<int64_t> shape = x.shape;
  const auto at = shape.begin() + static_cast<std::ptrdiff_t>(*axis);
  shape.insert(shape.erase(at), indices.shape.begin(), indices.shape.end());
  if (ElementCount(shape) > kMostKnown) return std::nullopt;
  return Moved(x, map, std::move(shape));
}

std::optional<Known> Concat(const Node& node, std::span<const Known* const> inputs) {
  if (std::count(inputs.begin(), inputs.end(), nullptr) > 0) return std::nullopt;
  Known y;
  y.type = inputs[0]->type;
  y.shape = inputs[0]->shape;
  const auto axis = op::Axis(node.Int("axis", 0), y.shape.size());
  if (!axis) return std::nullopt;
  int64_t outer = 1, joined = 0, elements = 0;
  for (size_t d = 0; d < *axis; ++d) outer *= y.shape[d];
  for (const Known* x : inputs) {
    op::Shape like = x->shape;
    if (x->type != y.type || like.size() != y.shape.size()) return std::nullopt;
    joined += like[*axis];
    like[*axis] = y.shape[*axis];
    if (like != y.shape) return std::nullopt;
    elements += static_cast<int64_t>(x->size());
  }
  if (elements > kMostKnown) return std::nullopt;
  for (int64_t o = 0; o < outer; ++o) {
    for (const Known* x : inputs) {
      const size_t block = x->size() / static_cast<size_t>(outer);
      for (size_t i = static_cast<size_t>(o) * block; i < (static_cast<size_t>(o) + 1) * block;
           ++i) {
        if (x->is_float()) {
          y.floats.push_back(x->floats[i]);
        } else {
          y.ints.push_back(x->ints[i]);
          y.batches.push_back(x->batch(i));
        }
      }
    }
  }
  y.shape[*axis] = joined;
  if (y.is_float()) return y;
  return Known::Integers(y.type, y.shape, std::move(y.ints), std::move(y.batches));
}

}  // namespace

std::optional<Known> EvaluateMoves(const Graph& graph, const Node& node,
                                   std::span<const Known* const> inputs) {
  if (node.op == "Gather" && inputs.size() == 2 && inputs[1] != nullptr) {
    return Gather(node, *inputs[0], *inputs[1]);
  }
  if (node.op == "Concat") return Concat(node, inputs);
  const op::Operator* record = OperatorOf(node);
  if (record == nullptr || (!record->Has(op::kReshapes) && record->map == nullptr)) {
    return std::nullopt;
  }
  if (auto result = ByRecord(graph, node, *record, *inputs[0])) return result;
  return SliceList(graph, node, *inputs[0]);
}

}  // namespace dc
