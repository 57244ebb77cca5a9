// Numbers from two numbers or more, with broadcasting. An integer with a share of the batch is a
// line a + b * N over N >= 1: sums and multiples of lines are lines, and two are compared where one
// is above the other for every N.
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "model/canonical/known.h"
#include "op/elementwise.h"

namespace dc {
namespace {

// For each element of `shape`, the index of the element of `from` that meets it.
std::vector<size_t> Meet(const std::vector<int64_t>& from, const std::vector<int64_t>& shape) {
  std::vector<size_t> indices(static_cast<size_t>(ElementCount(shape)));
  const std::vector<int64_t> strides = op::Strides(from);
  std::vector<int64_t> step(shape.size(), 0), position(shape.size(), 0);
  for (size_t back = 1; back <= from.size(); ++back) {
    if (from[from.size() - back] != 1) {
      step[shape.size() - back] = strides[from.size() - back];
    }
  }
  int64_t index = 0;
  for (size_t& each : indices) {
    each = static_cast<size_t>(index);
    for (size_t d = shape.size(); d-- > 0;) {
      index += step[d];
      if (++position[d] < shape[d]) break;
      index -= step[d] * shape[d];
      position[d] = 0;
    }
  }
  return indices;
}

// a + b * N
struct Line {
  int64_t a = 0, b = 0;
};

bool Multiply(int64_t x, int64_t y, int64_t* product) {
  return !__builtin_mul_overflow(x, y, product);
}

// The sign of x - y for all N >= 1, where it is the same for all.
std::optional<int> Compare(Line x, Line y) {
  int64_t a, b, at_one;
  if (__builtin_sub_overflow(x.a, y.a, &a) || __builtin_sub_overflow(x.b, y.b, &b) ||
      __builtin_add_overflow(a, b, &at_one)) {
    return std::nullopt;
  }
  if (b == 0) return (a > 0) - (a < 0);
  if (b > 0 && at_one > 0) return 1;
  if (b < 0 && at_one < 0) return -1;
  return std::nullopt;
}

int64_t Power(int64_t base, int64_t exponent) {
  uint64_t result = 1;
  for (int64_t i = 0; i < exponent; ++i) result *= static_cast<uint64_t>(base);
  return static_cast<int64_t>(result);
}

std::optional<Line> OfLines(const std::string& op, Line x, Line y, bool fmod) {
  Line z;
  if (op == "Add") {
    if (__builtin_add_overflow(x.a, y.a, &z.a)) return std::nullopt;
    if (__builtin_add_overflow(x.b, y.b, &z.b)) return std::nullopt;
    return z;
  }
  if (op == "Sub") {
    if (__builtin_sub_overflow(x.a, y.a, &z.a)) return std::nullopt;
    if (__builtin_sub_overflow(x.b, y.b, &z.b)) return std::nullopt;
    return z;
  }
  if (op == "Mul") {
    if (x.b != 0 && y.b != 0) return std::nullopt;
    if (x.b != 0) std::swap(x, y);
    if (!Multiply(x.a, y.a, &z.a) || !Multiply(x.a, y.b, &z.b)) return std::nullopt;
    return z;
  }
  if (op == "Min" || op == "Max") {
    const auto sign = Compare(x, y);
    if (!sign) return std::nullopt;
    return (*sign < 0) == (op == "Min") ? x : y;
  }
  if (y.b != 0 || y.a == 0 || y.a == -1) {
    if (op == "Div" && y.b == 0 && y.a == -1) return OfLines("Mul", x, y, false);
    if (op != "Pow") return std::nullopt;
  }
  if (op == "Div") {
    if (x.b == 0) return Line{x.a / y.a, 0};
    if (x.a % y.a != 0 || x.b % y.a != 0) return std::nullopt;
    return Line{x.a / y.a, x.b / y.a};
  }
  if (x.b != 0) return std::nullopt;
  if (op == "Mod") {
    const int64_t rest = x.a % y.a;
    return Line{!fmod && rest != 0 && (rest < 0) != (y.a < 0) ? rest + y.a : rest, 0};
  }
  if (op == "Pow" && y.b == 0 && y.a >= 0 && y.a <= 64) return Line{Power(x.a, y.a), 0};
  return std::nullopt;
}

std::optional<float> OfFloats(const std::string& op, float x, float y, bool fmod) {
  if (op == "Add") return x + y;
  if (op == "Sub") return x - y;
  if (op == "Mul") return x * y;
  if (op == "Div") return x / y;
  if (op == "Pow") return std::pow(x, y);
  if (op == "Min") return std::isnan(x) || std::isnan(y) ? x + y : std::min(x, y);
  if (op == "Max") return std::isnan(x) || std::isnan(y) ? x + y : std::max(x, y);
  if (op == "Mod" && fmod) return std::fmod(x, y);
  return std::nullopt;
}

// What a comparison says where x - y has `sign`; nothing for other operators.
std::optional<bool> Holds(const std::string& op, int sign) {
  if (op == "Equal") return sign == 0;
  if (op == "Less") return sign < 0;
  if (op == "LessOrEqual") return sign <= 0;
  if (op == "Greater") return sign > 0;
  if (op == "GreaterOrEqual") return sign >= 0;
  return std::nullopt;
}

std::optional<bool> OfFlags(const std::string& op, bool x, bool y) {
  if (op == "And") return x && y;
  if (op == "Or") return x || y;
  if (op == "Xor") return x != y;
  if (op == "Equal") return x == y;
  return std::nullopt;
}

std::optional<Known> OfTwo(const Node& node, const Known& x, const Known& y) {
  op::Shape shape;
  if (!op::Broadcast(x.shape, y.shape, &shape) || ElementCount(shape) > kMostKnown) {
    return std::nullopt;
  }
  const auto left = Meet(x.shape, shape), right = Meet(y.shape, shape);
  const bool fmod = node.Int("fmod", 0) != 0;
  const bool compares = Holds(node.op, 0).has_value();
  const bool flags = x.type == DataType::kBool;
  if (x.type != y.type && node.op != "Pow") return std::nullopt;
  Known z = x.is_float() ? Known::Floats(shape, {}) : Known::Integers(x.type, shape, {});
  if (compares || flags) z.type = DataType::kBool;
  for (size_t i = 0; i < left.size(); ++i) {
    const size_t l = left[i], r = right[i];
    if (x.is_float()) {
      const float b = y.is_float() ? y.floats[r] : static_cast<float>(y.ints[r]);
      if (!y.batches.empty()) return std::nullopt;
      if (compares) {
        const float a = x.floats[l];
        const bool ordered = !std::isnan(a) && !std::isnan(b);
        z.ints.push_back(ordered && *Holds(node.op, (a > b) - (a < b)));
        continue;
      }
      const auto value = OfFloats(node.op, x.floats[l], b, fmod);
      if (!value) return std::nullopt;
      z.floats.push_back(*value);
      continue;
    }
    if (y.is_float()) return std::nullopt;
    if (flags) {
      const auto value = OfFlags(node.op, x.ints[l] != 0, y.ints[r] != 0);
      if (!value) return std::nullopt;
      z.ints.push_back(*value);
      continue;
    }
    const Line a{x.ints[l], x.batch(l)}, b{y.ints[r], y.batch(r)};
    if (compares) {
      const auto sign = Compare(a, b);
      if (!sign) return std::nullopt;
      z.ints.push_back(*Holds(node.op, *sign));
      continue;
    }
    const auto value = OfLines(node.op, a, b, fmod);
    if (!value) return std::nullopt;
    z.ints.push_back(value->a);
    z.batches.push_back(value->b);
  }
  if (z.is_float()) return z;
  return Known::Integers(z.type, z.shape, std::move(z.ints), std::move(z.batches));
}

// The elements of `from` at `picked`.
void Append(const Known& from, size_t picked, Known* to) {
  if (from.is_float()) {
    to->floats.push_back(from.floats[picked]);
  } else {
    to->ints.push_back(from.ints[picked]);
    to->batches.push_back(from.batch(picked));
  }
}

std::optional<Known> Where(const Known& condition, const Known& yes, const Known& no) {
  op::Shape both, shape;
  if (condition.type != DataType::kBool || yes.type != no.type ||
      !op::Broadcast(yes.shape, no.shape, &both) || !op::Broadcast(condition.shape, both, &shape) ||
      ElementCount(shape) > kMostKnown) {
    return std::nullopt;
  }
  const auto of_condition = Meet(condition.shape, shape);
  const auto of_yes = Meet(yes.shape, shape), of_no = Meet(no.shape, shape);
  Known z;
  z.type = yes.type;
  for (size_t i = 0; i < of_yes.size(); ++i) {
    const bool taken = condition.ints[of_condition[i]] != 0;
    Append(taken ? yes : no, taken ? of_yes[i] : of_no[i], &z);
  }
  if (z.is_float()) return Known::Floats(shape, std::move(z.floats));
  return Known::Integers(z.type, shape, std::move(z.ints), std::move(z.batches));
}

}  // namespace

std::optional<Known> EvaluateOfTwo(const Graph&, const Node& node,
                                   std::span<const Known* const> inputs) {
  if (std::count(inputs.begin(), inputs.end(), nullptr) > 0) return std::nullopt;
  if (node.op == "Where") {
    if (inputs.size() != 3) return std::nullopt;
    return Where(*inputs[0], *inputs[1], *inputs[2]);
  }
  const bool sums = node.op == "Sum", variadic = sums || node.op == "Min" || node.op == "Max";
  if (!variadic && inputs.size() != 2) return std::nullopt;
  Node pair = node;
  if (sums) pair.op = "Add";
  Known result = *inputs[0];
  for (size_t i = 1; i < inputs.size(); ++i) {
    auto next = OfTwo(pair, result, *inputs[i]);
    if (!next) return std::nullopt;
    result = *std::move(next);
  }
  if (inputs.size() == 1 && !variadic) return std::nullopt;
  return result;
}

}  // namespace dc
