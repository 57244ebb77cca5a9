// Numbers from one number each.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string_view>
#include <utility>

#include "model/canonical/known.h"

namespace dc {
namespace {

using FloatFunction = float (*)(float);

const std::map<std::string_view, FloatFunction>& FloatFunctions() {
  static const std::map<std::string_view, FloatFunction> functions = {
      {"Abs", [](float x) { return std::abs(x); }},
      {"Ceil", [](float x) { return std::ceil(x); }},
      {"Cos", [](float x) { return std::cos(x); }},
      {"Erf", [](float x) { return std::erf(x); }},
      {"Exp", [](float x) { return std::exp(x); }},
      {"Floor", [](float x) { return std::floor(x); }},
      {"Log", [](float x) { return std::log(x); }},
      {"Neg", [](float x) { return -x; }},
      {"Reciprocal", [](float x) { return 1 / x; }},
      {"Relu", [](float x) { return std::isnan(x) ? x : std::max(x, 0.0f); }},
      {"Round", [](float x) { return std::nearbyint(x); }},
      {"Sigmoid", [](float x) { return 1 / (1 + std::exp(-x)); }},
      {"Sign", [](float x) { return x > 0   ? 1.0f
                                    : x < 0 ? -1.0f
                                            : x; }},
      {"Sin", [](float x) { return std::sin(x); }},
      {"Softplus", [](float x) { return std::log1p(std::exp(-std::abs(x))) + std::max(x, 0.0f); }},
      {"Sqrt", [](float x) { return std::sqrt(x); }},
      {"Tanh", [](float x) { return std::tanh(x); }},
  };
  return functions;
}

// Wraps like the type does.
int64_t AsType(int64_t value, DataType type) {
  if (type == DataType::kInt32) return static_cast<int32_t>(static_cast<uint32_t>(value));
  return type == DataType::kBool ? value != 0 : value;
}

std::optional<Known> Cast(const Known& x, DataType to) {
  if (to != DataType::kFloat32 && to != DataType::kInt64 && to != DataType::kInt32 &&
      to != DataType::kBool) {
    return std::nullopt;
  }
  if (to == DataType::kFloat32) {
    if (x.is_float()) return x;
    if (!x.batches.empty()) return std::nullopt;
    std::vector<float> values(x.size());
    std::transform(x.ints.begin(), x.ints.end(), values.begin(),
                   [](int64_t v) { return static_cast<float>(v); });
    return Known::Floats(x.shape, std::move(values));
  }
  if (!x.is_float()) {
    if (to == DataType::kBool && !x.batches.empty()) return std::nullopt;
    std::vector<int64_t> values = x.ints;
    for (int64_t& value : values) value = AsType(value, to);
    return Known::Integers(to, x.shape, std::move(values), x.batches);
  }
  std::vector<int64_t> values(x.size());
  const float limit = to == DataType::kInt32 ? 0x1p31f : 0x1p63f;
  for (size_t i = 0; i < values.size(); ++i) {
    const float value = x.floats[i];
    if (to == DataType::kBool) {
      values[i] = value != 0;
    } else if (value >= -limit && value < limit) {
      values[i] = static_cast<int64_t>(value);
    } else {
      return std::nullopt;  // ONNX does not say what
    }
  }
  return Known::Integers(to, x.shape, std::move(values));
}

std::optional<Known> OfIntegers(const Known& x, std::string_view op) {
  Known y = x;
  if (op == "Neg") {
    if (std::count(x.ints.begin(), x.ints.end(), std::numeric_limits<int64_t>::min()) > 0) {
      return std::nullopt;
    }
    for (int64_t& value : y.ints) value = -value;
    for (int64_t& factor : y.batches) factor = -factor;
    return y;
  }
  if (!x.batches.empty()) return std::nullopt;
  if (op == "Not" && x.type == DataType::kBool) {
    for (int64_t& value : y.ints) value = value == 0;
    return y;
  }
  if (op == "Abs" || op == "Sign") {
    for (int64_t& value : y.ints) {
      if (value == std::numeric_limits<int64_t>::min()) return std::nullopt;
      value = op == "Abs" ? std::abs(value) : (value > 0) - (value < 0);
    }
    return y;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Known> EvaluateOfOne(const Graph&, const Node& node,
                                   std::span<const Known* const> inputs) {
  const Known& x = *inputs[0];
  if (node.op == "Identity") return x;
  if (node.op == "Cast") return Cast(x, static_cast<DataType>(node.Int("to", 0)));
  if (node.op == "CastLike" && inputs.size() == 2 && inputs[1]) return Cast(x, inputs[1]->type);
  if (!x.is_float()) return OfIntegers(x, node.op);
  if (node.op == "IsNaN") {
    std::vector<int64_t> flags(x.size());
    std::transform(x.floats.begin(), x.floats.end(), flags.begin(),
                   [](float v) { return int64_t{std::isnan(v)}; });
    return Known::Integers(DataType::kBool, x.shape, std::move(flags));
  }
  const auto function = FloatFunctions().find(node.op);
  if (function == FloatFunctions().end()) return std::nullopt;
  Known y = x;
  std::transform(x.floats.begin(), x.floats.end(), y.floats.begin(), function->second);
  return y;
}

}  // namespace dc
