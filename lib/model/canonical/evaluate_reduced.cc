// Numbers from all along some axes.
#include <algorithm>
#include <cmath>
#include <utility>

#include "model/canonical/known.h"
#include "op/shape.h"

namespace dc {
namespace {

// Which axes a reduction is over: an attribute, or input 1 in newer operator sets. Nothing where
// they are no axes.
std::optional<std::vector<bool>> ReducedAxes(const Node& node,
                                             std::span<const Known* const> inputs) {
  const size_t rank = inputs[0]->shape.size();
  std::vector<int64_t> listed = node.Ints("axes", {});
  if (inputs.size() > 1 && inputs[1] != nullptr) {
    if (inputs[1]->is_float() || !inputs[1]->batches.empty()) return std::nullopt;
    listed = inputs[1]->ints;
  }
  if (listed.empty()) return std::vector<bool>(rank, node.Int("noop_with_empty_axes", 0) == 0);
  std::vector<bool> reduced(rank, false);
  for (int64_t each : listed) {
    const auto axis = op::Axis(each, rank);
    if (!axis) return std::nullopt;
    reduced[*axis] = true;
  }
  return reduced;
}

// Takes `x` into the result `y` of the values before it.
void AddFloat(const std::string& op, float x, float* y) {
  if (op == "ReduceSum" || op == "ReduceMean") *y += x;
  if (op == "ReduceProd") *y *= x;
  if (op == "ReduceMax") *y = std::isnan(x) ? x : std::max(*y, x);
  if (op == "ReduceMin") *y = std::isnan(x) ? x : std::min(*y, x);
}

// Likewise the integer a + b * N; false where that has no result.
bool AddInteger(const std::string& op, int64_t a, int64_t b, int64_t* sum, int64_t* batch) {
  if (op == "ReduceSum") {
    return !__builtin_add_overflow(a, *sum, sum) && !__builtin_add_overflow(b, *batch, batch);
  }
  if (op == "ReduceProd") {
    // (a + b N) * (sum + batch N) has no term of N * N.
    if (b != 0 && *batch != 0) return false;
    if (b != 0 && __builtin_mul_overflow(b, *sum, batch)) return false;
    if (b == 0 && __builtin_mul_overflow(a, *batch, batch)) return false;
    return !__builtin_mul_overflow(a, *sum, sum);
  }
  if (b != 0 || *batch != 0) return false;
  if (op == "ReduceMax") *sum = std::max(*sum, a);
  if (op == "ReduceMin") *sum = std::min(*sum, a);
  return op == "ReduceMax" || op == "ReduceMin";
}

}  // namespace

std::optional<Known> EvaluateReduced(const Graph&, const Node& node,
                                     std::span<const Known* const> inputs) {
  constexpr const char* kCovered[] = {"ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin",
                                      "ReduceMean"};
  if (std::count(std::begin(kCovered), std::end(kCovered), node.op) == 0) return std::nullopt;
  const Known& x = *inputs[0];
  const auto reduced = ReducedAxes(node, inputs);
  if (!reduced || x.size() == 0 || x.type == DataType::kBool) return std::nullopt;
  const bool keeps = node.Int("keepdims", 1) != 0;
  std::vector<int64_t> kept, shape;  // with dimensions of 1, and as it comes out
  for (size_t d = 0; d < x.shape.size(); ++d) {
    kept.push_back((*reduced)[d] ? 1 : x.shape[d]);
    if (keeps || !(*reduced)[d]) shape.push_back(kept.back());
  }
  const auto outputs = static_cast<size_t>(ElementCount(kept));
  const size_t group = x.size() / outputs;
  std::vector<float> floats(outputs, 0.0f);
  std::vector<int64_t> ints(outputs, 0), batches(outputs, 0);
  std::vector<bool> begun(outputs, false);
  for (size_t i = 0; i < x.size(); ++i) {
    size_t to = 0, rest = i, stride = 1;
    for (size_t d = x.shape.size(); d-- > 0;) {
      const auto extent = static_cast<size_t>(x.shape[d]);
      if (!(*reduced)[d]) {
        to += rest % extent * stride;
        stride *= extent;
      }
      rest /= extent;
    }
    if (!begun[to]) {
      begun[to] = true;
      if (x.is_float()) floats[to] = x.floats[i];
      if (!x.is_float()) ints[to] = x.ints[i];
      batches[to] = x.batch(i);
    } else if (x.is_float()) {
      AddFloat(node.op, x.floats[i], &floats[to]);
    } else if (!AddInteger(node.op, x.ints[i], x.batch(i), &ints[to], &batches[to])) {
      return std::nullopt;
    }
  }
  if (!x.is_float()) return Known::Integers(x.type, shape, std::move(ints), std::move(batches));
  if (node.op == "ReduceMean") {
    for (float& value : floats) value /= static_cast<float>(group);
  }
  return Known::Floats(std::move(shape), std::move(floats));
}

}  // namespace dc
