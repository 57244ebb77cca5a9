// Numbers that replace others: ScatterND and ScatterElements, of which exporters make assignments
// to parts of a tensor, as in the masks of shifted windows.
#include <algorithm>

#include "model/canonical/known.h"
#include "op/element_map.h"
#include "op/shape.h"

namespace dc {
namespace {

// Where index `index` is along a dimension of `extent`, negative ones counted from the end.
std::optional<int64_t> PlaceOf(int64_t index, int64_t extent) {
  if (index < -extent || index >= extent) return std::nullopt;
  return index < 0 ? index + extent : index;
}

// Sets element `at` of `y` to element `from` of `updates`.
void Assign(const Known& updates, size_t from, size_t at, Known* y) {
  if (y->is_float()) {
    y->floats[at] = updates.floats[from];
  } else {
    y->ints[at] = updates.ints[from];
  }
}

// The last dimension of `indices` is a place in the first dimensions of `x`, whose remaining ones
// `updates` replaces there.
std::optional<Known> ScatterND(const Known& x, const Known& indices, const Known& updates) {
  if (indices.shape.empty() || x.shape.empty()) return std::nullopt;
  const int64_t depth = indices.shape.back();
  if (depth < 1 || depth > static_cast<int64_t>(x.shape.size())) return std::nullopt;
  const std::vector<int64_t> strides = op::Strides(x.shape);
  const int64_t run = strides[static_cast<size_t>(depth) - 1];
  const int64_t places = static_cast<int64_t>(indices.size()) / depth;
  if (places * run != static_cast<int64_t>(updates.size())) return std::nullopt;
  Known y = x;
  for (int64_t place = 0; place < places; ++place) {
    int64_t begin = 0;
    for (int64_t d = 0; d < depth; ++d) {
      const auto axis = static_cast<size_t>(d);
      const auto at = PlaceOf(indices.ints[static_cast<size_t>(place * depth + d)], x.shape[axis]);
      if (!at) return std::nullopt;
      begin += *at * strides[axis];
    }
    for (int64_t i = 0; i < run; ++i) {
      Assign(updates, static_cast<size_t>(place * run + i), static_cast<size_t>(begin + i), &y);
    }
  }
  return y;
}

// Element i of `updates` goes where it is in `indices`, but for the place along `axis`, which is
// the index.
std::optional<Known> ScatterElements(const Node& node, const Known& x, const Known& indices,
                                     const Known& updates) {
  const auto axis = op::Axis(node.Int("axis", 0), x.shape.size());
  const bool fits = indices.shape == updates.shape && indices.shape.size() == x.shape.size();
  if (!axis || !fits) return std::nullopt;
  const std::vector<int64_t> strides = op::Strides(x.shape), own = op::Strides(indices.shape);
  Known y = x;
  for (size_t i = 0; i < indices.size(); ++i) {
    int64_t at = 0;
    for (size_t d = 0; d < x.shape.size(); ++d) {
      const int64_t here = static_cast<int64_t>(i) / own[d] % indices.shape[d];
      const auto place = PlaceOf(d == *axis ? indices.ints[i] : here, x.shape[d]);
      if (!place) return std::nullopt;
      at += *place * strides[d];
    }
    Assign(updates, i, static_cast<size_t>(at), &y);
  }
  return y;
}

}  // namespace

std::optional<Known> EvaluateScattered(const Graph&, const Node& node,
                                       std::span<const Known* const> inputs) {
  if (inputs.size() != 3 || std::count(inputs.begin(), inputs.end(), nullptr) > 0) {
    return std::nullopt;
  }
  const Known &x = *inputs[0], &indices = *inputs[1], &updates = *inputs[2];
  const bool plain = x.batches.empty() && indices.batches.empty() && updates.batches.empty();
  if (!plain || indices.is_float() || x.type != updates.type ||
      node.String("reduction", "none") != "none") {
    return std::nullopt;
  }
  if (node.op == "ScatterND") return ScatterND(x, indices, updates);
  // ScatterElements was called Scatter before opset 11.
  if (node.op == "ScatterElements" || node.op == "Scatter") {
    return ScatterElements(node, x, indices, updates);
  }
  return std::nullopt;
}

}  // namespace dc
