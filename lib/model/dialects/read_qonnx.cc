// QONNX's quantizers: Quant (also called IntQuant), BipolarQuant, FloatQuant.
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "model/dialects/dialects.h"
#include "model/dialects/linear.h"
#include "model/dialects/qonnx_settings.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

// UniformQuantize's bounds, and what halves can be told of in a float: see op::RoundHalfEven.
constexpr float kMostOfValues = 0x1p22f;

// A grid whose steps grow with the number: FloatQuant's.
struct FloatGrid {
  float mantissa = 0;  // bits
  float bias = 0;      // of the exponent
  float most = 0;      // the largest number

  float Number(op::Rounding rounding, float x) const {
    int exponent = 0;
    std::frexp(x, &exponent);  // x is below 2^exponent
    const float power = x == 0 ? 1 - bias : std::max(static_cast<float>(exponent - 1), 1 - bias);
    const float step = std::exp2(power - mantissa);
    return std::clamp(step * WholeNumber(rounding, x / step), -most, most);
  }
  // The step of the subnormal numbers and of the first normal ones.
  float first_step() const { return std::exp2(1 - bias - mantissa); }
  bool is_uniform() const {
    return most < std::exp2(2 - bias) && most / first_step() == std::floor(most / first_step());
  }
};

// What a quantizing node does, but for its scale.
struct Quantizer {
  bool binary = false;
  op::UniformGrid grid;
  RoundingName rounding;
  std::optional<FloatGrid> floats;
  bool saturates = true;

  float Number(float x, float scale) const {  // on the grid, before it is scaled
    if (binary) return op::BinaryValue(x, 1.0f);
    if (floats) return floats->Number(rounding.rounding, x / scale);
    return WholeNumber(rounding.rounding, grid.Inside(grid.Place(x, scale))) - grid.offset;
  }
};

StatusOr<Quantizer> ReadQuant(const Graph& graph, const Node& node) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"signed", "narrow", "rounding_mode"}));
  Quantizer quantizer;
  DC_ASSIGN_OR_RETURN(quantizer.grid.offset, NumberOf(graph, node.Input(2), "zero point"));
  DC_ASSIGN_OR_RETURN(const float bits, NumberOf(graph, node.Input(3), "bit width"));
  DC_ASSIGN_OR_RETURN(quantizer.rounding, RoundingOf(node, "ROUND"));
  quantizer.grid.rounding = quantizer.rounding.rounding;
  const bool is_signed = node.Int("signed", 1) != 0;
  constexpr float kMostBits = 64;
  if (!(bits >= 1 && bits <= kMostBits)) {
    return BadInput("a bit width that is not from 1 to 64", "bit width " + Quoted(node.Input(3)),
                    "quantize the model again");
  }
  if (bits == 1 && is_signed) {
    if (quantizer.grid.offset != 0) {
      return Unsupported("one signed bit with a zero point", "zero point " + Quoted(node.Input(2)),
                         "quantize with zero point 0");
    }
    quantizer.binary = true;
    return quantizer;
  }
  const QonnxRange range = RangeOf(bits, is_signed, node.Int("narrow", 0) != 0);
  quantizer.grid.low = range.low;
  quantizer.grid.high = range.high;
  return quantizer;
}

StatusOr<Quantizer> ReadFloatQuant(const Graph& graph, const Node& node) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"signed", "has_inf", "has_infinity", "has_nan",
                                            "has_subnormal", "saturation", "rounding_mode"}));
  if (node.Int("signed", 1) == 0) {
    return Unsupported("an unsigned FloatQuant", "attribute 'signed'", "quantize with a sign");
  }
  DC_ASSIGN_OR_RETURN(const float exponent, NumberOf(graph, node.Input(2), "exponent bit width"));
  Quantizer quantizer;
  FloatGrid grid;
  DC_ASSIGN_OR_RETURN(grid.mantissa, NumberOf(graph, node.Input(3), "mantissa bit width"));
  DC_ASSIGN_OR_RETURN(grid.bias, NumberOf(graph, node.Input(4), "exponent bias"));
  DC_ASSIGN_OR_RETURN(const float most, NumberOf(graph, node.Input(5), "largest value"));
  DC_ASSIGN_OR_RETURN(quantizer.rounding, RoundingOf(node, "ROUND"));
  constexpr float kMostExponent = 8, kMostMantissa = 21;
  if (!(exponent >= 0 && exponent <= kMostExponent && grid.mantissa >= 0 &&
        grid.mantissa <= kMostMantissa && std::abs(grid.bias) <= 127 && most > 0)) {
    return BadInput("a format that float32 does not hold", "", "quantize the model again");
  }
  const float largest =
      (2 - std::exp2(-grid.mantissa)) * std::exp2(std::exp2(exponent) - 1 - grid.bias);
  grid.most = std::min(most, largest);
  quantizer.floats = grid;
  quantizer.saturates = node.Int("saturation", 1) != 0;
  return quantizer;
}

class QonnxReader {
 public:
  QonnxReader(Graph* graph, QuantizedConstants* constants, Reasons* reasons)
      : graph_(*graph), constants_(*constants), reasons_(*reasons) {}

  void Run() {
    std::vector<Node> nodes;
    for (Node node : graph_.nodes) {
      const auto gone = Read(&node);
      if (!gone.ok()) reasons_.Add(node, gone.status());
      if (!gone.ok() || !*gone) nodes.push_back(std::move(node));
    }
    graph_.nodes = std::move(nodes);
  }

 private:
  // True where `node` is gone: a quantized constant. Else it may have become a quantizer.
  StatusOr<bool> Read(Node* node) {
    const bool integers = IsQonnx(*node, "Quant") || IsQonnx(*node, "IntQuant");
    const bool floats = IsQonnx(*node, "FloatQuant");
    const bool binary = IsQonnx(*node, "BipolarQuant");
    if (!integers && !floats && !binary) return false;
    const size_t wanted = integers ? 4 : floats ? 6 : 2;
    if (node->inputs.size() != wanted || node->outputs.size() != 1) {
      return BadInput(
          std::to_string(node->inputs.size()) + " inputs, not " + std::to_string(wanted), "",
          "export the model again");
    }
    Quantizer quantizer;
    quantizer.binary = binary;
    if (binary) DC_RETURN_IF_ERROR(CheckAttributes(*node, {}));
    if (integers) {
      DC_ASSIGN_OR_RETURN(quantizer, ReadQuant(graph_, *node));
    } else if (floats) {
      DC_ASSIGN_OR_RETURN(quantizer, ReadFloatQuant(graph_, *node));
    }
    DC_ASSIGN_OR_RETURN(const Tensor* scale, ScaleOf(graph_, node->inputs[1]));
    const Tensor* constant = graph_.Constant(node->inputs[0]);
    if (constant != nullptr && constant->type == DataType::kFloat32) {
      DC_RETURN_IF_ERROR(AddConstant(node->outputs[0], *constant, *scale, quantizer));
      return true;
    }
    DC_RETURN_IF_ERROR(MakeQuantizer(quantizer, *scale, node));
    return false;
  }

  Status MakeQuantizer(const Quantizer& quantizer, const Tensor& scale, Node* node) {
    float low = quantizer.grid.low, high = quantizer.grid.high, step = 1;
    if (quantizer.floats) {
      const FloatGrid& grid = *quantizer.floats;
      if (!grid.is_uniform() || !quantizer.saturates) {
        return Unsupported("floats of few bits for a value that is computed", "",
                           "quantize values with Quant");
      }
      step = grid.first_step();
      high = grid.most / step;
      low = -high;
    }
    if (!quantizer.binary && (low < -kMostOfValues || high > kMostOfValues)) {
      return Unsupported("more than 22 bits for a value that is computed", "",
                         "leave it out: float32 holds no more");
    }
    if (!quantizer.binary && (low != std::floor(low) || high != std::floor(high))) {
      return Unsupported("a bit width with a fraction for a value that is computed", "",
                         "quantize values with whole bit widths");
    }
    node->domain.clear();
    node->inputs = {node->inputs[0], ScaleOperand(node->inputs[1], scale, step)};
    node->op = quantizer.binary ? op::kBinaryQuantize.name : op::kUniformQuantize.name;
    node->attributes.clear();
    if (quantizer.binary) return OkStatus();
    node->attributes["low"] = static_cast<int64_t>(low);
    node->attributes["high"] = static_cast<int64_t>(high);
    if (quantizer.rounding.rounding != op::Rounding::kHalfEven) {
      node->attributes["rounding"] = std::string(quantizer.rounding.own);
    }
    if (quantizer.grid.offset != 0) node->attributes["offset"] = quantizer.grid.offset;
    return OkStatus();
  }

  Status AddConstant(const std::string& name, const Tensor& values, const Tensor& scale,
                     const Quantizer& quantizer) {
    DC_ASSIGN_OR_RETURN(const std::vector<uint32_t> indices,
                        BroadcastIndices(scale.shape, values.shape));
    QuantizedConstant constant;
    constant.shape = values.shape;
    const auto scales = scale.f32();
    const auto from = values.f32();
    constant.numbers.resize(from.size());
    for (size_t i = 0; i < from.size(); ++i) {
      const float s = scales[indices[i]];
      constant.numbers[i] = quantizer.Number(from[i], s);
      if (!quantizer.saturates && std::abs(from[i] / s) > quantizer.floats->most) {
        return Unsupported("a number that becomes infinite or NaN", "element " + std::to_string(i),
                           "quantize with saturation");
      }
    }
    constants_.Add(name, WithScales(std::move(constant), scale, indices));
    return OkStatus();
  }

  // Scales of the indices of one dimension stay apart, others go into the numbers.
  static QuantizedConstant WithScales(QuantizedConstant constant, const Tensor& scale,
                                      const std::vector<uint32_t>& indices) {
    const auto scales = scale.f32();
    constant.scales.assign(scales.begin(), scales.end());
    if (scales.size() == 1) return constant;
    const size_t rank = scale.shape.size();
    size_t d = 0;
    while (d < rank && scale.shape[d] != scale.size()) ++d;
    if (d < rank) {
      constant.axis = d + constant.shape.size() - rank;
      return constant;
    }
    for (size_t i = 0; i < indices.size(); ++i) constant.numbers[i] *= scales[indices[i]];
    constant.scales = {1};
    return constant;
  }

  // The scale `name` times `step`, a power of two; one number alone has no dimensions.
  std::string ScaleOperand(const std::string& name, const Tensor& scale, float step) {
    const bool single = scale.size() == 1 && !scale.shape.empty();
    if (step == 1 && !single) return name;
    Tensor operand = scale;
    if (single) operand.shape.clear();
    for (float& s : operand.f32()) s *= step;
    const std::string fresh = graph_.FreshName(name + "_scalar");
    graph_.initializers[fresh] = std::move(operand);
    return fresh;
  }

  Graph& graph_;
  QuantizedConstants& constants_;
  Reasons& reasons_;
};

}  // namespace

void ReadQonnx(Graph* graph, QuantizedConstants* constants, Reasons* reasons) {
  QonnxReader(graph, constants, reasons).Run();
}

}  // namespace dc
