// QONNX: Quant (also called IntQuant) and BipolarQuant. Their domain is one of several, is often
// not declared, or is missing from the nodes: they are told by name and number of inputs.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "model/dialects/dialects.h"
#include "model/dialects/quantized_constant.h"
#include "model/element_types.h"
#include "model/node_attributes.h"
#include "op/grid_functions.h"

namespace dc {
namespace {

bool IsQonnxDomain(const std::string& domain) {
  return domain.empty() || domain == "qonnx.custom_op.general" || domain == "onnx.brevitas" ||
         domain == "finn.custom_op.general";
}

struct RoundingName {
  std::string_view qonnx, own;
  op::Rounding rounding;
};

constexpr RoundingName kRoundings[] = {
    {"ROUND", "half_even", op::Rounding::kHalfEven},
    {"HALF_EVEN", "half_even", op::Rounding::kHalfEven},
    {"CEIL", "ceil", op::Rounding::kToCeil},
    {"FLOOR", "floor", op::Rounding::kToFloor},
    {"UP", "up", op::Rounding::kUp},
    {"DOWN", "down", op::Rounding::kDown},
    {"HALF_UP", "half_up", op::Rounding::kHalfUp},
    {"HALF_DOWN", "half_down", op::Rounding::kHalfDown},
};

const RoundingName* FindRounding(std::string name) {
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto* it = std::find_if(std::begin(kRoundings), std::end(kRoundings),
                                [&](const RoundingName& each) { return each.qonnx == name; });
  return it == std::end(kRoundings) ? nullptr : it;
}

// A constant of one number, float or whole.
std::optional<float> NumberIn(const Tensor* tensor) {
  if (tensor == nullptr || tensor->size() != 1) return std::nullopt;
  if (tensor->type == DataType::kFloat32) return tensor->f32()[0];
  if (tensor->type == DataType::kInt64 || tensor->type == DataType::kInt32 ||
      tensor->type == DataType::kInt8 || tensor->type == DataType::kUint8) {
    return static_cast<float>(IntegerAt(*tensor, 0));
  }
  return std::nullopt;
}

// What a quantizing node does, but for its scale.
struct Quantizer {
  bool binary = false;
  op::UniformGrid grid;
  std::string_view rounding = "half_even";

  float Number(float x, float scale) const {  // on the grid, before it is scaled
    if (binary) return op::BinaryValue(x, 1.0f);
    return op::RoundBy(grid.rounding, grid.Inside(grid.Place(x, scale))) - grid.offset;
  }
};

class QonnxReader {
 public:
  QonnxReader(Graph* graph, QuantizedConstants* constants)
      : graph_(*graph), constants_(*constants) {}

  void Run() {
    std::vector<Node> nodes;
    for (Node node : graph_.nodes) {
      if (ReadQuantizer(&node)) continue;
      nodes.push_back(std::move(node));
    }
    graph_.nodes = std::move(nodes);
  }

 private:
  std::optional<Quantizer> QuantizerOf(const Node& node) const {
    if (!IsQonnxDomain(node.domain) || node.outputs.size() != 1) return std::nullopt;
    Quantizer quantizer;
    if (node.op == "BipolarQuant" && node.inputs.size() == 2) {
      quantizer.binary = true;
      return quantizer;
    }
    if ((node.op != "Quant" && node.op != "IntQuant") || node.inputs.size() != 4) {
      return std::nullopt;
    }
    for (const auto& [name, value] : node.attributes) {
      if (name != "signed" && name != "narrow" && name != "rounding_mode") return std::nullopt;
    }
    const auto offset = NumberIn(graph_.Constant(node.inputs[2]));
    const auto bits = NumberIn(graph_.Constant(node.inputs[3]));
    const RoundingName* rounding = FindRounding(node.String("rounding_mode", "ROUND"));
    if (!offset || !bits || rounding == nullptr) return std::nullopt;
    const bool is_signed = node.Int("signed", 1) != 0, narrow = node.Int("narrow", 0) != 0;
    constexpr float kMostBits = 22;
    if (!(*bits >= 1 && *bits <= kMostBits)) return std::nullopt;
    if (*bits == 1 && is_signed) {
      if (*offset != 0) return std::nullopt;
      quantizer.binary = true;
      return quantizer;
    }
    const float steps = std::exp2(*bits);  // a width may have a fraction
    quantizer.grid.low = is_signed ? -steps / 2 + (narrow ? 1 : 0) : 0;
    quantizer.grid.high = is_signed ? steps / 2 - 1 : steps - 1 - (narrow ? 1 : 0);
    if (quantizer.grid.low != std::floor(quantizer.grid.low) ||
        quantizer.grid.high != std::floor(quantizer.grid.high)) {
      return std::nullopt;
    }
    quantizer.grid.offset = *offset;
    quantizer.grid.rounding = rounding->rounding;
    quantizer.rounding = rounding->own;
    return quantizer;
  }

  // True where `node` is gone: a quantized constant. Else it may have become a quantizer.
  bool ReadQuantizer(Node* node) {
    const auto quantizer = QuantizerOf(*node);
    if (!quantizer) return false;
    const Tensor* scale = graph_.Constant(node->inputs[1]);
    if (scale == nullptr || scale->type != DataType::kFloat32 || scale->size() == 0) return false;
    const auto scales = scale->f32();
    if (!std::all_of(scales.begin(), scales.end(),
                     [](float s) { return s > 0 && s <= std::numeric_limits<float>::max(); })) {
      return false;
    }
    const Tensor* constant = graph_.Constant(node->inputs[0]);
    if (constant != nullptr && constant->type == DataType::kFloat32) {
      return AddConstant(node->outputs[0], *constant, *scale, *quantizer);
    }
    node->domain.clear();
    node->inputs = {node->inputs[0], node->inputs[1]};
    if (scale->size() == 1 && !scale->shape.empty()) node->inputs[1] = Scalar(node->inputs[1]);
    node->op = quantizer->binary ? op::kBinaryQuantize.name : op::kUniformQuantize.name;
    node->attributes.clear();
    if (quantizer->binary) return false;
    node->attributes["low"] = static_cast<int64_t>(quantizer->grid.low);
    node->attributes["high"] = static_cast<int64_t>(quantizer->grid.high);
    if (quantizer->grid.rounding != op::Rounding::kHalfEven) {
      node->attributes["rounding"] = std::string(quantizer->rounding);
    }
    if (quantizer->grid.offset != 0) node->attributes["offset"] = quantizer->grid.offset;
    return false;
  }

  bool AddConstant(const std::string& name, const Tensor& values, const Tensor& scale,
                   const Quantizer& quantizer) {
    QuantizedConstant constant;
    constant.shape = values.shape;
    const auto scales = scale.f32();
    constant.scales.assign(scales.begin(), scales.end());
    size_t inner = 1;
    if (scale.size() > 1) {
      // The one dimension that is not 1, counted from the end.
      const size_t rank = scale.shape.size();
      size_t d = 0;
      while (d < rank && scale.shape[d] != scale.size()) ++d;
      if (d == rank || rank > values.shape.size()) return false;
      constant.axis = d + values.shape.size() - rank;
      if (values.shape[constant.axis] != scale.size()) return false;
      for (size_t k = constant.axis + 1; k < values.shape.size(); ++k) {
        inner *= static_cast<size_t>(values.shape[k]);
      }
    }
    const auto from = values.f32();
    constant.numbers.resize(from.size());
    for (size_t i = 0; i < from.size(); ++i) {
      const float s = scales[scales.size() == 1 ? 0 : i / inner % scales.size()];
      constant.numbers[i] = quantizer.Number(from[i], s);
    }
    constants_.Add(name, std::move(constant));
    return true;
  }

  std::string Scalar(const std::string& from) {
    const std::string name = graph_.FreshName(from + "_scalar");
    Tensor scalar = graph_.initializers.at(from);
    scalar.shape.clear();
    graph_.initializers[name] = std::move(scalar);
    return name;
  }

  Graph& graph_;
  QuantizedConstants& constants_;
};

}  // namespace

void ReadQonnx(Graph* graph, QuantizedConstants* constants) { QonnxReader(graph, constants).Run(); }

}  // namespace dc
