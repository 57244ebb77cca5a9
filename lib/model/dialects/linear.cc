#include "model/dialects/linear.h"

#include <algorithm>
#include <limits>

#include "model/element_types.h"
#include "model/quoted.h"
#include "op/operator.h"

namespace dc {
namespace {

Status CheckScales(const Tensor& scale) {
  const auto scales = scale.f32();
  for (size_t i = 0; i < scales.size(); ++i) {
    if (scales[i] > 0 && scales[i] <= std::numeric_limits<float>::max()) continue;
    return BadInput("a scale that is not above zero and finite", "element " + std::to_string(i),
                    "quantize the model again");
  }
  if (scales.empty()) return BadInput("a scale without elements", "", "quantize the model again");
  return OkStatus();
}

}  // namespace

std::optional<Bounds> BoundsOf(DataType type) {
  switch (type) {
    case DataType::kInt8:
      return Bounds{-128, 127};
    case DataType::kUint8:
      return Bounds{0, 255};
    case DataType::kInt16:
      return Bounds{-32768, 32767};
    case DataType::kUint16:
      return Bounds{0, 65535};
    case DataType::kInt4:
      return Bounds{-8, 7};
    case DataType::kUint4:
      return Bounds{0, 15};
    case DataType::kInt2:
      return Bounds{-2, 1};
    case DataType::kUint2:
      return Bounds{0, 3};
    default:
      return std::nullopt;
  }
}

int64_t Linear::ZeroAt(size_t i) const {
  return zero != nullptr ? IntegerAt(*zero, static_cast<int64_t>(i)) : 0;
}

std::optional<int64_t> Linear::CommonZero() const {
  const int64_t first = ZeroAt(0);
  for (size_t i = 1; i < static_cast<size_t>(scale->size()); ++i) {
    if (ZeroAt(i) != first) return std::nullopt;
  }
  return first;
}

StatusOr<Linear> ReadLinear(const Graph& graph, const Node& node, size_t scale, size_t zero,
                            std::optional<DataType> type) {
  Linear linear;
  linear.scale_name = node.Input(scale);
  const std::string scale_text = "scale " + Quoted(linear.scale_name);
  linear.scale = graph.Constant(linear.scale_name);
  if (linear.scale == nullptr) {
    return Unsupported("a scale that is computed", scale_text, "quantize with constant scales");
  }
  if (linear.scale->type != DataType::kFloat32) {
    return Unsupported(std::string("a scale of type ") + NameOf(linear.scale->type), scale_text,
                       "export the model with float scales");
  }
  DC_RETURN_IF_ERROR(CheckScales(*linear.scale).At(scale_text));
  const std::string& zero_name = node.Input(zero);
  if (zero_name.empty()) return linear;
  const std::string zero_text = "zero point " + Quoted(zero_name);
  linear.zero = graph.Constant(zero_name);
  if (linear.zero == nullptr) {
    return Unsupported("a zero point that is computed", zero_text,
                       "quantize with constant zero points");
  }
  if (linear.zero->size() != linear.scale->size()) {
    return BadInput(std::to_string(linear.zero->size()) + " zero points for " +
                        std::to_string(linear.scale->size()) + " scales",
                    zero_text, "quantize the model again");
  }
  if (type && linear.zero->type != *type) {
    return BadInput(std::string("a zero point of type ") + NameOf(linear.zero->type) +
                        " for numbers of type " + NameOf(*type),
                    zero_text, "quantize the model again");
  }
  if (linear.zero->type == DataType::kInt32) {
    if (linear.CommonZero() != 0) {
      return BadInput("a zero point other than 0 of int32", zero_text, "quantize the model again");
    }
  } else if (!BoundsOf(linear.zero->type)) {
    return Unsupported(std::string("a zero point of type ") + NameOf(linear.zero->type), zero_text,
                       "quantize to whole numbers of up to 16 bits");
  }
  return linear;
}

StatusOr<std::vector<uint32_t>> ScaleIndices(const Linear& linear,
                                             const std::vector<int64_t>& shape) {
  const auto count = static_cast<size_t>(ElementCount(shape));
  std::vector<uint32_t> indices(count, 0);
  if (linear.single()) return indices;
  const std::vector<int64_t>& scales = linear.scale->shape;
  const Status misfit =
      BadInput("scales of shape " + ShapeText(scales) + " on axis " + std::to_string(linear.axis) +
                   " do not fit numbers of shape " + ShapeText(shape),
               "scale " + Quoted(linear.scale_name), "quantize the model again");
  const auto axis = op::Axis(linear.axis, shape.size());
  if (!axis) return misfit;
  size_t inner = 1;
  for (size_t d = *axis + 1; d < shape.size(); ++d) inner *= static_cast<size_t>(shape[d]);
  const auto along = static_cast<size_t>(shape[*axis]);
  size_t block = 1, blocks = along;
  if (linear.block == 0) {
    if (scales.size() != 1 || scales[0] != shape[*axis]) return misfit;
  } else {
    block = static_cast<size_t>(linear.block);
    blocks = (along + block - 1) / block;
    std::vector<int64_t> expected = shape;
    expected[*axis] = static_cast<int64_t>(blocks);
    if (linear.block < 0 || scales != expected) {
      return BadInput("scales of shape " + ShapeText(scales) + " for blocks of " +
                          std::to_string(linear.block) + " on axis " + std::to_string(linear.axis) +
                          " of numbers of shape " + ShapeText(shape),
                      "scale " + Quoted(linear.scale_name), "quantize the model again");
    }
  }
  for (size_t i = 0; i < count; ++i) {
    const size_t at = i / inner % along / block;
    // A scale of one dimension counts along the axis alone.
    const size_t index =
        linear.block == 0 ? at : (i / (inner * along) * blocks + at) * inner + i % inner;
    indices[i] = static_cast<uint32_t>(index);
  }
  return indices;
}

StatusOr<std::vector<int64_t>> ChannelShape(const ShapeTracker& shapes, const std::string& x,
                                            const Linear& linear) {
  const op::Shape* shape = shapes.Find(x);
  if (shape == nullptr) {
    return Unsupported("scales per channel of a value of unknown shape", "value " + Quoted(x),
                       "export the model with shapes");
  }
  const auto axis = op::Axis(linear.axis, shape->size());
  if (!axis || (*shape)[*axis] != linear.scale->size()) {
    return BadInput(std::to_string(linear.scale->size()) + " scales on axis " +
                        std::to_string(linear.axis) + " of a value of shape " +
                        op::DescribeShape(*shape),
                    "scale " + Quoted(linear.scale_name), "quantize the model again");
  }
  std::vector<int64_t> result(shape->size() - *axis, 1);
  result[0] = linear.scale->size();
  return result;
}

StatusOr<DataType> QuantizedType(const Graph& graph, const Node& node) {
  DC_RETURN_IF_ERROR(
      CheckAttributes(node, {"axis", "block_size", "output_dtype", "precision", "saturate"}));
  DataType type = DataType::kUint8;
  const int64_t declared = node.Int("output_dtype", 0);
  if (declared != 0) type = static_cast<DataType>(declared);
  if (const Tensor* zero = graph.Constant(node.Input(2))) {
    if (declared != 0 && type != zero->type) {
      return BadInput("output_dtype is not the zero point's type", "", "export the model again");
    }
    type = zero->type;
  }
  if (!BoundsOf(type)) {
    return Unsupported("numbers of element type " + std::to_string(static_cast<int>(type)), "",
                       "quantize to whole numbers of up to 16 bits");
  }
  const int64_t precision = node.Int("precision", 0);
  if (precision != 0 && precision != static_cast<int64_t>(DataType::kFloat32)) {
    return Unsupported("a precision other than float32", "", "export the model with float32");
  }
  return type;
}

Status CheckOutputs(const Node& node, size_t most) {
  if (node.outputs.size() <= most && !node.outputs[0].empty()) return OkStatus();
  return BadInput("outputs that the operator does not have, or not its first one", "",
                  "export the model again");
}

Status CheckAttributes(const Node& node, const std::vector<std::string>& known) {
  for (const auto& [name, value] : node.attributes) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return Unsupported("attribute " + Quoted(name) + " is not known", "",
                       "export the model without it");
  }
  return OkStatus();
}

}  // namespace dc
