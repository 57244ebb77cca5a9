// The arithmetic that SpellQuantizers writes for grids that QuantizeLinear cannot say:
// (round(clip(x / s + z, low, high)) - z) * s.
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "model/dialects/dialects.h"
#include "model/graph_index.h"
#include "model/node_attributes.h"

namespace dc {
namespace {

class ArithmeticReader {
 public:
  explicit ArithmeticReader(const Graph& graph) : graph_(graph), index_(graph) {}

  // `last` with the inputs and attributes of a UniformQuantize, if it ends one.
  std::optional<Node> Read(const Node& last) const {
    if (OperatorOf(last) != &op::kMul || last.inputs.size() != 2) return std::nullopt;
    const Tensor* scale = graph_.Constant(last.inputs[1]);
    if (scale == nullptr || scale->type != DataType::kFloat32) return std::nullopt;
    const Node* node = index_.Producer(last.inputs[0]);
    const auto minus = TakeNumber(&node, op::kSub);
    std::string rounding;
    const Node* clip = Rounded(node, &rounding);
    if (clip == nullptr || OperatorOf(*clip) != &op::kClip) return std::nullopt;
    const auto low = Number(clip->Input(1)), high = Number(clip->Input(2));
    if (!low || !high || *low != std::floor(*low) || *high != std::floor(*high)) {
      return std::nullopt;
    }
    const Node* divide = index_.Producer(clip->Input(0));
    const auto plus = TakeNumber(&divide, op::kAdd);
    if (divide == nullptr || OperatorOf(*divide) != &op::kDiv || plus != minus ||
        divide->Input(1) != last.inputs[1] || graph_.Constant(divide->Input(0)) != nullptr) {
      return std::nullopt;
    }
    for (const float scale_of_channel : scale->f32()) {
      if (!(scale_of_channel > 0)) return std::nullopt;
    }
    Node quantizer = last;
    quantizer.op = op::kUniformQuantize.name;
    quantizer.inputs = {divide->Input(0), last.inputs[1]};
    quantizer.attributes = {{"low", static_cast<int64_t>(*low)},
                            {"high", static_cast<int64_t>(*high)}};
    if (rounding != "half_even") quantizer.attributes["rounding"] = rounding;
    if (plus) quantizer.attributes["offset"] = *plus;
    return quantizer;
  }

 private:
  std::optional<float> Number(const std::string& name) const {
    const Tensor* tensor = graph_.Constant(name);
    if (tensor == nullptr || tensor->type != DataType::kFloat32 || tensor->size() != 1) {
      return std::nullopt;
    }
    return tensor->f32()[0];
  }

  // The number that *node adds or subtracts, if it is such a node; *node becomes the one before.
  std::optional<float> TakeNumber(const Node** node, const op::Operator& op) const {
    if (*node == nullptr || OperatorOf(**node) != &op) return std::nullopt;
    const auto number = Number((*node)->Input(1));
    if (number) *node = index_.Producer((*node)->Input(0));
    return number;
  }

  // What `node` rounds, and how; null where it does not.
  const Node* Rounded(const Node* node, std::string* rounding) const {
    if (node == nullptr) return nullptr;
    const op::Operator* record = OperatorOf(*node);
    if (record == &op::kRound) *rounding = "half_even";
    if (record == &op::kFloor) *rounding = "floor";
    if (node->op == "Ceil") *rounding = "ceil";
    if (!rounding->empty()) return index_.Producer(node->Input(0));
    // sign(x) * (floor or ceil of |x|, which a half may be added to or taken from)
    if (record != &op::kMul) return nullptr;
    const Node* sign = index_.Producer(node->Input(0));
    const Node* whole = index_.Producer(node->Input(1));
    if (sign == nullptr || OperatorOf(*sign) != &op::kSign || whole == nullptr) return nullptr;
    const bool up = whole->op == "Ceil";
    if (!up && OperatorOf(*whole) != &op::kFloor) return nullptr;
    const Node* size = index_.Producer(whole->Input(0));
    const auto half = TakeNumber(&size, up ? op::kSub : op::kAdd);
    if (half && *half != 0.5f) return nullptr;
    if (size == nullptr || OperatorOf(*size) != &op::kAbs || size->Input(0) != sign->Input(0)) {
      return nullptr;
    }
    if (half) {
      *rounding = up ? "half_down" : "half_up";
    } else {
      *rounding = up ? "up" : "down";
    }
    return index_.Producer(sign->Input(0));
  }

  const Graph& graph_;
  const GraphIndex index_;
};

}  // namespace

void ReadArithmetic(Graph* graph) {
  const ArithmeticReader reader(*graph);
  for (Node& node : graph->nodes) {
    if (auto quantizer = reader.Read(node)) node = *std::move(quantizer);
  }
}

}  // namespace dc
