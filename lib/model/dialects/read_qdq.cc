// QDQ and QCDQ: QuantizeLinear, perhaps a Clip, DequantizeLinear.
#include <algorithm>
#include <cmath>
#include <utility>

#include "model/dialects/dialects.h"
#include "model/dialects/linear.h"
#include "model/dialects/node_writer.h"
#include "model/element_types.h"
#include "model/graph_index.h"
#include "model/node_attributes.h"
#include "model/shapes.h"

namespace dc {
namespace {

class QdqReader {
 public:
  QdqReader(Graph* graph, QuantizedConstants* constants, Reasons* reasons)
      : graph_(*graph),
        index_(graph_),
        shapes_(graph_),
        constants_(*constants),
        reasons_(*reasons) {}

  void Run() {
    std::vector<Node> nodes;
    for (const Node& node : graph_.nodes) {
      std::vector<Node> parts = {node};
      if (node.op == "DequantizeLinear" && node.domain.empty()) {
        const Status status = Read(node, &parts);
        if (!status.ok()) reasons_.Add(node, status);
      }
      for (Node& part : parts) {
        static_cast<void>(shapes_.Visit(part));
        nodes.push_back(std::move(part));
      }
    }
    graph_.nodes = std::move(nodes);
  }

 private:
  // `parts` become what stands for `node`, a DequantizeLinear: nothing where it is a constant, the
  // node itself where it ends no pair.
  Status Read(const Node& node, std::vector<Node>* parts) {
    DC_RETURN_IF_ERROR(CheckOutputs(node, 1));
    if (graph_.Constant(node.Input(1)) == nullptr) return OkStatus();  // of a dynamic quantizer
    DC_RETURN_IF_ERROR(CheckAttributes(node, {"axis", "block_size", "output_dtype"}));
    const Tensor* numbers = graph_.Constant(node.Input(0));
    DC_ASSIGN_OR_RETURN(
        const Linear linear,
        LinearOf(node, numbers != nullptr ? std::optional(numbers->type) : std::nullopt));
    if (numbers == nullptr) return ReadPair(node, linear, parts);
    parts->clear();
    return ReadConstant(node, *numbers, linear);
  }

  StatusOr<Linear> LinearOf(const Node& node, std::optional<DataType> type) const {
    DC_ASSIGN_OR_RETURN(Linear linear, ReadLinear(graph_, node, 1, 2, type));
    linear.axis = node.Int("axis", 1);
    linear.block = node.Int("block_size", 0);
    return linear;
  }

  Status ReadConstant(const Node& node, const Tensor& tensor, const Linear& linear) {
    if (!BoundsOf(tensor.type) && tensor.type != DataType::kInt32) {
      return Unsupported(std::string("numbers of type ") + NameOf(tensor.type), "",
                         "quantize to whole numbers of up to 16 bits");
    }
    DC_ASSIGN_OR_RETURN(const std::vector<uint32_t> indices, ScaleIndices(linear, tensor.shape));
    std::vector<float> numbers(indices.size());
    for (size_t i = 0; i < numbers.size(); ++i) {
      const int64_t number = IntegerAt(tensor, static_cast<int64_t>(i));
      numbers[i] = static_cast<float>(number - linear.ZeroAt(indices[i]));
    }
    constants_.Add(node.outputs[0],
                   QuantizedConstant::Of(tensor.shape, std::move(numbers), linear, indices));
    return OkStatus();
  }

  // DequantizeLinear of a QuantizeLinear of the same numbers, perhaps clipped.
  Status ReadPair(const Node& node, const Linear& linear, std::vector<Node>* parts) {
    const Node* before = index_.Producer(node.Input(0));
    const Node* clip = nullptr;
    if (before != nullptr && OperatorOf(*before) == &op::kClip) {
      clip = before;
      before = index_.Producer(clip->Input(0));
    }
    if (before == nullptr || before->op != "QuantizeLinear" || !before->domain.empty() ||
        graph_.Constant(before->Input(1)) == nullptr) {
      return OkStatus();
    }
    DC_ASSIGN_OR_RETURN(const DataType type, QuantizedType(graph_, *before));
    DC_ASSIGN_OR_RETURN(const Linear first, LinearOf(*before, type));
    if (!SameLinear(first, linear)) return OkStatus();
    Bounds bounds = *BoundsOf(type);
    if (clip != nullptr && !Narrow(*clip, &bounds)) return OkStatus();
    const std::string& x = before->inputs[0];
    if (const Tensor* constant = graph_.Constant(x)) {
      parts->clear();
      return ReadFloatConstant(node, *constant, linear, bounds);
    }
    return WriteQuantizer(node, x, linear, bounds, parts);
  }

  static bool SameLinear(const Linear& a, const Linear& b) {
    if (a.scale->bytes != b.scale->bytes || a.block != b.block) return false;
    if (!a.single() && a.axis != b.axis) return false;
    for (size_t i = 0; i < static_cast<size_t>(a.scale->size()); ++i) {
      if (a.ZeroAt(i) != b.ZeroAt(i)) return false;
    }
    return true;
  }

  // A float constant that is quantized by a pair: as its numbers.
  Status ReadFloatConstant(const Node& node, const Tensor& constant, const Linear& linear,
                           const Bounds& bounds) {
    if (constant.type != DataType::kFloat32) {
      return Unsupported(std::string("a constant of type ") + NameOf(constant.type), "",
                         "export the model with float constants");
    }
    DC_ASSIGN_OR_RETURN(const std::vector<uint32_t> indices, ScaleIndices(linear, constant.shape));
    const auto values = constant.f32();
    std::vector<float> numbers(values.size());
    for (size_t i = 0; i < numbers.size(); ++i) {
      const int64_t zero = linear.ZeroAt(indices[i]);
      numbers[i] =
          std::clamp(std::nearbyint(values[i] / linear.ScaleAt(indices[i])),
                     static_cast<float>(bounds.low - zero), static_cast<float>(bounds.high - zero));
    }
    constants_.Add(node.outputs[0],
                   QuantizedConstant::Of(constant.shape, std::move(numbers), linear, indices));
    return OkStatus();
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

  // A quantizer of the value `x` in the place of `node`.
  Status WriteQuantizer(const Node& node, const std::string& x, const Linear& linear,
                        const Bounds& bounds, std::vector<Node>* parts) {
    if (linear.block != 0 && !linear.single()) {
      return Unsupported("scales by block of a value that is computed", "",
                         "quantize values with a scale per tensor or per channel");
    }
    NodeWriter to(node, &graph_);
    std::string scale = linear.scale_name;
    std::vector<int64_t> shape;
    if (linear.single() && !linear.scale->shape.empty()) {
      scale = to.Number("scale", linear.ScaleAt(0));
    } else if (!linear.single()) {
      DC_ASSIGN_OR_RETURN(shape, ChannelShape(shapes_, x, linear));
      scale = to.Constant("scale", Tensor::F32(shape, linear.scale->f32()));
    }
    // A zero point moves the bounds. Where channels differ, the widest ones hold for all, and each
    // channel has its own besides.
    std::vector<float> low, high;
    int64_t least = linear.ZeroAt(0), most = least;
    for (size_t i = 0; i < static_cast<size_t>(linear.scale->size()); ++i) {
      const int64_t zero = linear.ZeroAt(i);
      least = std::min(least, zero);
      most = std::max(most, zero);
      low.push_back(static_cast<float>(bounds.low - zero) * linear.ScaleAt(i));
      high.push_back(static_cast<float>(bounds.high - zero) * linear.ScaleAt(i));
    }
    const std::string quantized =
        to.Add(op::kUniformQuantize.name, {x, scale},
               {{"low", bounds.low - most}, {"high", bounds.high - least}});
    if (least != most) {
      const std::string above =
          to.Add(op::kMax.name, {quantized, to.Constant("low", Tensor::F32(shape, low))});
      to.Add(op::kMin.name, {above, to.Constant("high", Tensor::F32(shape, high))});
    }
    *parts = std::move(to).Take();
    return OkStatus();
  }

  Graph& graph_;
  const GraphIndex index_;
  ShapeTracker shapes_;
  QuantizedConstants& constants_;
  Reasons& reasons_;
};

}  // namespace

void ReadQdq(Graph* graph, QuantizedConstants* constants, Reasons* reasons) {
  QdqReader(graph, constants, reasons).Run();
}

}  // namespace dc
