#include "model/dialects/qonnx_settings.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <limits>

#include "model/dialects/linear.h"
#include "model/element_types.h"
#include "model/quoted.h"

namespace dc {
namespace {

// The first name of a rule is the one that is written.
constexpr std::array<RoundingName, 8> kRoundings = {{
    {"ROUND", "half_even", op::Rounding::kHalfEven},
    {"HALF_EVEN", "half_even", op::Rounding::kHalfEven},
    {"CEIL", "ceil", op::Rounding::kToCeil},
    {"FLOOR", "floor", op::Rounding::kToFloor},
    {"UP", "up", op::Rounding::kUp},
    {"DOWN", "down", op::Rounding::kDown},
    {"HALF_UP", "half_up", op::Rounding::kHalfUp},
    {"HALF_DOWN", "half_down", op::Rounding::kHalfDown},
}};

}  // namespace

bool IsQonnx(const Node& node, std::string_view op) {
  return node.op == op &&
         (node.domain.empty() || node.domain == kQonnxDomain || node.domain == "onnx.brevitas" ||
          node.domain == "finn.custom_op.general");
}

StatusOr<RoundingName> RoundingOf(const Node& node, const std::string& otherwise) {
  std::string name = node.String("rounding_mode", otherwise);
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  for (const RoundingName& each : kRoundings) {
    if (each.qonnx == name) return each;
  }
  return Unsupported("rounding_mode " + Quoted(name), "",
                     "ROUND, CEIL, FLOOR, UP, DOWN, HALF_UP "
                     "and HALF_DOWN are covered");
}

std::string_view QonnxRounding(op::Rounding rounding) {
  return std::find_if(kRoundings.begin(), kRoundings.end(),
                      [&](const RoundingName& each) { return each.rounding == rounding; })
      ->qonnx;
}

float WholeNumber(op::Rounding rounding, float x) {
  constexpr float kNoFractions = 0x1p23f;
  if (std::abs(x) >= kNoFractions) return x;
  return rounding == op::Rounding::kHalfEven ? std::nearbyint(x) : op::RoundBy(rounding, x);
}

StatusOr<float> NumberOf(const Graph& graph, const std::string& name, const std::string& what) {
  const std::string where = what + " " + Quoted(name);
  const Tensor* tensor = graph.Constant(name);
  if (tensor == nullptr) {
    return Unsupported("a " + what + " that is computed", where, "export it as a constant");
  }
  std::vector<float> numbers;
  for (int64_t i = 0; i < tensor->size(); ++i) {
    const bool whole = BoundsOf(tensor->type) || tensor->type == DataType::kInt64 ||
                       tensor->type == DataType::kInt32;
    if (!whole && tensor->type != DataType::kFloat32) {
      return Unsupported("a " + what + " of type " + NameOf(tensor->type), where,
                         "export it as float32");
    }
    numbers.push_back(whole ? static_cast<float>(IntegerAt(*tensor, i))
                            : tensor->f32()[static_cast<size_t>(i)]);
  }
  if (numbers.empty() || !std::isfinite(numbers[0])) {
    return BadInput("a " + what + " that is no number", where, "quantize the model again");
  }
  if (std::any_of(numbers.begin(), numbers.end(), [&](float n) { return n != numbers[0]; })) {
    return Unsupported("a " + what + " of several numbers", where,
                       "quantize with one " + what + " per tensor");
  }
  return numbers[0];
}

StatusOr<const Tensor*> ScaleOf(const Graph& graph, const std::string& name) {
  Node node;
  node.inputs = {name};
  DC_ASSIGN_OR_RETURN(const Linear linear, ReadLinear(graph, node, 0, 1, std::nullopt));
  return linear.scale;
}

StatusOr<std::vector<uint32_t>> BroadcastIndices(const std::vector<int64_t>& from,
                                                 const std::vector<int64_t>& to) {
  const Status misfit =
      BadInput("shape " + ShapeText(from) + " does not broadcast over shape " + ShapeText(to), "",
               "quantize the model again");
  if (from.size() > to.size()) return misfit;
  std::vector<size_t> steps(to.size(), 0);
  size_t stride = 1;
  for (size_t d = from.size(); d-- > 0;) {
    const size_t at = d + to.size() - from.size();
    if (from[d] != 1 && from[d] != to[at]) return misfit;
    if (from[d] != 1) steps[at] = stride;
    stride *= static_cast<size_t>(from[d]);
  }
  std::vector<uint32_t> indices(static_cast<size_t>(ElementCount(to)));
  std::vector<int64_t> place(to.size(), 0);
  size_t at = 0;
  for (uint32_t& index : indices) {
    index = static_cast<uint32_t>(at);
    for (size_t d = to.size(); d-- > 0;) {
      at += steps[d];
      if (++place[d] < to[d]) break;
      at -= steps[d] * static_cast<size_t>(to[d]);
      place[d] = 0;
    }
  }
  return indices;
}

QonnxRange RangeOf(float bits, bool is_signed, bool narrow) {
  const float steps = std::exp2(bits);
  const float less = narrow ? 1 : 0;
  if (is_signed) return {-steps / 2 + less, steps / 2 - 1};
  return {0, steps - 1 - less};
}

}  // namespace dc
