// QDQ and QCDQ: QuantizeLinear, perhaps a Clip, DequantizeLinear.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "model/dialects/dialects.h"
#include "model/dialects/quantized_constant.h"
#include "model/element_types.h"
#include "model/node_attributes.h"
#include "model/shapes.h"

namespace dc {
namespace {

struct Bounds {
  int64_t low = 0, high = 0;
};

std::optional<Bounds> BoundsOf(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return Bounds{-128, 127};
    case DataType::kUint8:
      return Bounds{0, 255};
    case DataType::kUint16:
      return Bounds{0, 65535};
    default:
      return std::nullopt;
  }
}

bool SameTensor(const Tensor* a, const Tensor* b) {
  if (a == nullptr || b == nullptr) return a == b;
  return a->type == b->type && a->size() == b->size() && a->bytes == b->bytes;
}

class QdqReader {
 public:
  QdqReader(Graph* graph, QuantizedConstants* constants)
      : graph_(*graph), shapes_(graph_), constants_(*constants) {}

  void Run() {
    std::vector<Node> nodes;
    for (Node node : graph_.nodes) {
      if (node.op == "DequantizeLinear" && node.domain.empty() && Read(&node)) continue;
      static_cast<void>(shapes_.Visit(node));
      nodes.push_back(std::move(node));
    }
    graph_.nodes = std::move(nodes);
  }

 private:
  // What a pair of QuantizeLinear and DequantizeLinear say of the numbers between them.
  struct Linear {
    const Tensor* scale = nullptr;
    const Tensor* zero = nullptr;  // null: 0
    DataType type = DataType::kUint8;
    int64_t axis = 1;
  };

  std::optional<Linear> LinearOf(const Node& node) const {
    Linear linear;
    linear.scale = graph_.Constant(node.Input(1));
    if (linear.scale == nullptr || linear.scale->type != DataType::kFloat32) return std::nullopt;
    if (linear.scale->shape.size() > 1 || node.Int("block_size", 0) != 0) return std::nullopt;
    const auto scales = linear.scale->f32();
    const bool usable = std::all_of(scales.begin(), scales.end(), [](float s) {
      return s > 0 && s <= std::numeric_limits<float>::max();
    });
    if (!usable || scales.empty()) return std::nullopt;
    if (!node.Input(2).empty()) {
      linear.zero = graph_.Constant(node.Input(2));
      if (linear.zero == nullptr || linear.zero->size() != linear.scale->size()) {
        return std::nullopt;
      }
      linear.type = linear.zero->type;
    }
    linear.axis = node.Int("axis", 1);
    return linear;
  }

  // True where `node`, a DequantizeLinear, is gone; else it may have become a quantizer.
  bool Read(Node* node) {
    const auto linear = LinearOf(*node);
    if (!linear) return false;
    if (const Tensor* numbers = graph_.Constant(node->Input(0))) {
      return ReadConstant(*node, *numbers, *linear);
    }
    return ReadPair(node, *linear);
  }

  bool ReadConstant(const Node& node, const Tensor& numbers, const Linear& linear) {
    const bool integers = BoundsOf(numbers.type) || numbers.type == DataType::kInt32;
    if (!integers) return false;
    std::vector<float> floats(static_cast<size_t>(numbers.size()));
    for (size_t i = 0; i < floats.size(); ++i) {
      floats[i] = static_cast<float>(IntegerAt(numbers, static_cast<int64_t>(i)));
    }
    return AddConstant(node.outputs[0], numbers.shape, std::move(floats), linear,
                       /*minus_zero=*/true);
  }

  // False where scales and zero points do not fit the shape.
  bool AddConstant(const std::string& name, const std::vector<int64_t>& shape,
                   std::vector<float> numbers, const Linear& linear, bool minus_zero) {
    QuantizedConstant constant;
    constant.shape = shape;
    const auto scales = linear.scale->f32();
    constant.scales.assign(scales.begin(), scales.end());
    if (scales.size() > 1) {
      const auto axis = op::Axis(linear.axis, shape.size());
      if (!axis || shape[*axis] != linear.scale->size()) return false;
      constant.axis = *axis;
    }
    if (linear.zero != nullptr && minus_zero) {
      size_t inner = 1;
      for (size_t d = constant.axis + 1; d < shape.size(); ++d) {
        inner *= static_cast<size_t>(shape[d]);
      }
      for (size_t i = 0; i < numbers.size(); ++i) {
        const size_t channel = scales.size() == 1 ? 0 : i / inner % scales.size();
        numbers[i] -= static_cast<float>(IntegerAt(*linear.zero, static_cast<int64_t>(channel)));
      }
    }
    constant.numbers = std::move(numbers);
    constants_.Add(name, std::move(constant));
    return true;
  }

  // DequantizeLinear of a QuantizeLinear of the same numbers, perhaps clipped.
  bool ReadPair(Node* node, const Linear& linear) {
    const Node* before = graph_.Producer(node->Input(0));
    const Node* clip = nullptr;
    if (before != nullptr && OperatorOf(*before) == &op::kClip) {
      clip = before;
      before = graph_.Producer(clip->Input(0));
    }
    if (before == nullptr || before->op != "QuantizeLinear" || !before->domain.empty()) {
      return false;
    }
    const auto first = LinearOf(*before);
    if (!first || !SameTensor(first->scale, linear.scale) ||
        !SameTensor(first->zero, linear.zero) || first->axis != linear.axis) {
      return false;
    }
    auto bounds = BoundsOf(linear.type);
    if (!bounds) return false;
    if (clip != nullptr && !Narrow(*clip, &*bounds)) return false;
    const auto zero = ZeroPoint(linear);
    if (!zero) return false;
    bounds->low -= *zero;
    bounds->high -= *zero;
    const std::string x = before->Input(0);
    if (const Tensor* constant = graph_.Constant(x)) {
      return ReadFloatConstant(*node, *constant, linear, *bounds);
    }
    const std::string scale = ScaleOperand(*node, x, linear);
    if (scale.empty()) return false;
    node->op = op::kUniformQuantize.name;
    node->inputs = {x, scale};
    node->attributes = {{"low", bounds->low}, {"high", bounds->high}};
    return false;
  }

  // A float constant that is quantized by a pair: as its numbers.
  bool ReadFloatConstant(const Node& node, const Tensor& constant, const Linear& linear,
                         const Bounds& bounds) {
    if (constant.type != DataType::kFloat32) return false;
    const auto values = constant.f32();
    const auto scales = linear.scale->f32();
    size_t inner = 1;
    if (scales.size() > 1) {
      const auto axis = op::Axis(linear.axis, constant.shape.size());
      if (!axis || constant.shape[*axis] != linear.scale->size()) return false;
      for (size_t d = *axis + 1; d < constant.shape.size(); ++d) {
        inner *= static_cast<size_t>(constant.shape[d]);
      }
    }
    std::vector<float> numbers(values.size());
    for (size_t i = 0; i < numbers.size(); ++i) {
      const float scale = scales[scales.size() == 1 ? 0 : i / inner % scales.size()];
      numbers[i] = std::clamp(std::nearbyint(values[i] / scale), static_cast<float>(bounds.low),
                              static_cast<float>(bounds.high));
    }
    return AddConstant(node.outputs[0], constant.shape, std::move(numbers), linear,
                       /*minus_zero=*/false);
  }

  // The bounds of a Clip between constants, within `bounds`.
  bool Narrow(const Node& clip, Bounds* bounds) const {
    for (size_t i = 1; i < 3; ++i) {
      if (clip.Input(i).empty()) continue;
      const Tensor* bound = graph_.Constant(clip.Input(i));
      if (bound == nullptr || bound->size() != 1 || !BoundsOf(bound->type)) return false;
      const int64_t value = IntegerAt(*bound, 0);
      if (i == 1) bounds->low = std::max(bounds->low, value);
      if (i == 2) bounds->high = std::min(bounds->high, value);
    }
    return bounds->low <= bounds->high;
  }

  // The one zero point of all channels.
  static std::optional<int64_t> ZeroPoint(const Linear& linear) {
    if (linear.zero == nullptr) return 0;
    const int64_t zero = IntegerAt(*linear.zero, 0);
    for (int64_t i = 1; i < linear.zero->size(); ++i) {
      if (IntegerAt(*linear.zero, i) != zero) return std::nullopt;
    }
    return zero;
  }

  // The scale as an operand that broadcasts over `x`; "" where it does not.
  std::string ScaleOperand(const Node& node, const std::string& x, const Linear& linear) {
    if (linear.scale->size() == 1) return node.inputs[1];
    const op::Shape* shape = shapes_.Find(x);
    if (shape == nullptr) return "";
    const auto axis = op::Axis(linear.axis, shape->size());
    if (!axis || (*shape)[*axis] != linear.scale->size()) return "";
    Tensor scale = *linear.scale;
    scale.shape.assign(shape->size() - *axis, 1);
    scale.shape[0] = linear.scale->size();
    const std::string name = graph_.FreshName(node.inputs[1] + "_per_channel");
    graph_.initializers[name] = std::move(scale);
    return name;
  }

  Graph& graph_;
  ShapeTracker shapes_;
  QuantizedConstants& constants_;
};

}  // namespace

void ReadQdq(Graph* graph, QuantizedConstants* constants) { QdqReader(graph, constants).Run(); }

}  // namespace dc
