// Numbers from sizes and positions.
#include <algorithm>
#include <cmath>
#include <utility>
#include <variant>

#include "model/canonical/known.h"
#include "op/element_map.h"
#include "op/shape.h"

namespace dc {
namespace {

// Whether `x` is a list of sizes that a tensor can have.
bool AreSizes(const Known& x) {
  if (x.is_float() || x.shape.size() > 1 || !x.batches.empty()) return false;
  int64_t elements = 1;
  for (int64_t size : x.ints) {
    if (size < 0 || size > kMostKnown) return false;
    elements *= size;
    if (elements > kMostKnown) return false;
  }
  return true;
}

std::optional<Known> ConstantOfShape(const Node& node, const Known& shape) {
  if (!AreSizes(shape)) return std::nullopt;
  Known value = Known::Floats({1}, {0.0f});
  if (const auto it = node.attributes.find("value"); it != node.attributes.end()) {
    const auto* tensor = std::get_if<Tensor>(&it->second);
    auto given = tensor != nullptr ? Known::From(*tensor) : std::nullopt;
    if (!given || given->size() != 1) return std::nullopt;
    value = *std::move(given);
  }
  const auto count = static_cast<size_t>(ElementCount(shape.ints));
  value.shape = shape.ints;
  if (value.is_float()) {
    value.floats.assign(count, value.floats[0]);
  } else {
    value.ints.assign(count, value.ints[0]);
  }
  return value;
}

std::optional<Known> Range(const Known& start, const Known& limit, const Known& delta) {
  if (start.size() != 1 || limit.size() != 1 || delta.size() != 1 || start.type != limit.type ||
      start.type != delta.type) {
    return std::nullopt;
  }
  if (!start.batches.empty() || !limit.batches.empty() || !delta.batches.empty()) {
    return std::nullopt;
  }
  const auto value = [](const Known& x) {
    return x.is_float() ? static_cast<double>(x.floats[0]) : static_cast<double>(x.ints[0]);
  };
  const double count = std::ceil((value(limit) - value(start)) / value(delta));
  if (!(count <= static_cast<double>(kMostKnown))) return std::nullopt;
  const auto size = static_cast<size_t>(std::max(count, 0.0));
  Known y;
  y.type = start.type;
  y.shape = {static_cast<int64_t>(size)};
  for (size_t i = 0; i < size; ++i) {
    if (y.is_float()) {
      y.floats.push_back(start.floats[0] + static_cast<float>(i) * delta.floats[0]);
    } else {
      y.ints.push_back(start.ints[0] + static_cast<int64_t>(i) * delta.ints[0]);
    }
  }
  return y;
}

// Calls `visit(i, row, column)` for each element of the matrices that are the last two dimensions.
template <typename Visit>
void ForMatrices(const std::vector<int64_t>& shape, Visit visit) {
  const int64_t columns = shape.back(), rows = shape[shape.size() - 2];
  const int64_t count = ElementCount(shape);
  for (int64_t i = 0; i < count; ++i) {
    visit(static_cast<size_t>(i), i / columns % rows, i % columns);
  }
}

std::optional<Known> Trilu(const Node& node, const Known& x, const Known* k) {
  if (x.shape.size() < 2 || (k != nullptr && (k->is_float() || k->size() != 1))) {
    return std::nullopt;
  }
  const bool upper = node.Int("upper", 1) != 0;
  const int64_t diagonal =
      k != nullptr ? std::clamp<int64_t>(k->ints[0], -kMostKnown, kMostKnown) : 0;
  Known y = x;
  ForMatrices(x.shape, [&](size_t i, int64_t row, int64_t column) {
    if (upper ? column - row >= diagonal : column - row <= diagonal) return;
    if (y.is_float()) y.floats[i] = 0;
    if (!y.is_float()) y.ints[i] = 0;
    if (!y.batches.empty()) y.batches[i] = 0;
  });
  return y;
}

std::optional<Known> EyeLike(const Node& node, const Known& x) {
  if (x.shape.size() != 2 || !x.batches.empty()) return std::nullopt;
  Known y = x;
  y.type = static_cast<DataType>(node.Int("dtype", static_cast<int64_t>(x.type)));
  if (y.type != DataType::kFloat32 && y.type != DataType::kInt64 && y.type != DataType::kInt32 &&
      y.type != DataType::kBool) {
    return std::nullopt;
  }
  const int64_t diagonal = node.Int("k", 0);
  const size_t count = x.size();
  y.floats.assign(y.is_float() ? count : 0, 0.0f);
  y.ints.assign(y.is_float() ? 0 : count, 0);
  ForMatrices(x.shape, [&](size_t i, int64_t row, int64_t column) {
    if (column - diagonal != row) return;
    if (y.is_float()) {
      y.floats[i] = 1;
    } else {
      y.ints[i] = 1;
    }
  });
  return y;
}

// The positions of the elements that are not 0, one column each.
std::optional<Known> NonZero(const Known& x) {
  if (!x.batches.empty()) return std::nullopt;
  const size_t rank = std::max<size_t>(x.shape.size(), 1);
  std::vector<std::vector<int64_t>> rows(rank);
  for (size_t i = 0; i < x.size(); ++i) {
    if (x.is_float() ? x.floats[i] == 0 : x.ints[i] == 0) continue;
    auto rest = static_cast<int64_t>(i);
    for (size_t d = rank; d-- > 0;) {
      const int64_t size = x.shape.empty() ? 1 : x.shape[d];
      rows[d].push_back(rest % size);
      rest /= size;
    }
  }
  Known y = Known::Integers(DataType::kInt64, {}, {});
  for (const auto& row : rows) y.ints.insert(y.ints.end(), row.begin(), row.end());
  y.shape = {static_cast<int64_t>(rank), static_cast<int64_t>(rows[0].size())};
  return y;
}

// Sums along an axis up to each element.
std::optional<Known> CumSum(const Node& node, const Known& x, const Known& axis_of) {
  if (axis_of.is_float() || axis_of.size() != 1 || !x.batches.empty()) return std::nullopt;
  const auto axis = op::Axis(axis_of.ints[0], x.shape.size());
  if (!axis || node.Int("exclusive", 0) != 0 || node.Int("reverse", 0) != 0) return std::nullopt;
  const auto stride = static_cast<size_t>(op::Strides(x.shape)[*axis]);
  const auto extent = static_cast<size_t>(x.shape[*axis]);
  Known y = x;
  for (size_t i = 0; i < y.size(); ++i) {
    if (i / stride % extent == 0) continue;
    if (y.is_float()) {
      y.floats[i] += y.floats[i - stride];
    } else if (__builtin_add_overflow(y.ints[i], y.ints[i - stride], &y.ints[i])) {
      return std::nullopt;
    }
  }
  return y;
}

std::optional<Known> OneHot(const Node& node, const Known& indices, const Known& depth,
                            const Known& values) {
  if (indices.is_float() || depth.is_float() || depth.size() != 1 || values.size() != 2 ||
      !indices.batches.empty() || !depth.batches.empty() || !values.batches.empty()) {
    return std::nullopt;
  }
  const int64_t n = depth.ints[0];
  const auto axis = op::Axis(node.Int("axis", -1), indices.shape.size() + 1);
  if (!axis || n < 1 || n > kMostKnown / std::max<int64_t>(1, ElementCount(indices.shape))) {
    return std::nullopt;
  }
  Known y;
  y.type = values.type;
  y.shape = indices.shape;
  y.shape.insert(y.shape.begin() + static_cast<std::ptrdiff_t>(*axis), n);
  const int64_t inner = op::Strides(y.shape)[*axis], count = ElementCount(y.shape);
  for (int64_t i = 0; i < count; ++i) {
    const int64_t index = indices.ints[static_cast<size_t>(i / (inner * n) * inner + i % inner)];
    const size_t hot = (index < 0 ? index + n : index) == i / inner % n;
    if (y.is_float()) {
      y.floats.push_back(values.floats[hot]);
    } else {
      y.ints.push_back(values.ints[hot]);
    }
  }
  return y;
}

}  // namespace

std::optional<Known> EvaluateMade(const Graph&, const Node& node,
                                  std::span<const Known* const> inputs) {
  if (std::count(inputs.begin(), inputs.end(), nullptr) > 0) return std::nullopt;
  const size_t count = inputs.size();
  if (node.op == "ConstantOfShape" && count == 1) return ConstantOfShape(node, *inputs[0]);
  if (node.op == "Range" && count == 3) return Range(*inputs[0], *inputs[1], *inputs[2]);
  if (node.op == "Trilu" && count <= 2) {
    return Trilu(node, *inputs[0], count == 2 ? inputs[1] : nullptr);
  }
  if (node.op == "EyeLike" && count == 1) return EyeLike(node, *inputs[0]);
  if (node.op == "NonZero" && count == 1) return NonZero(*inputs[0]);
  if (node.op == "CumSum" && count == 2) return CumSum(node, *inputs[0], *inputs[1]);
  if (node.op == "OneHot" && count == 3) return OneHot(node, *inputs[0], *inputs[1], *inputs[2]);
  return std::nullopt;
}

}  // namespace dc
