#include "model/dialects/integer_values.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "model/element_types.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

// The largest |q - zero| of a type.
double MostOf(DataType type, int64_t zero) {
  const auto bounds = BoundsOf(type);
  if (!bounds) return 0;
  return static_cast<double>(std::max(std::abs(bounds->low - zero), std::abs(bounds->high - zero)));
}

// A scale of 1 for each of the zero points of `zero`.
Linear Unscaled(const Tensor* zero, int64_t axis, Tensor* ones) {
  *ones = Tensor::Zeros(DataType::kFloat32, zero != nullptr ? zero->shape : std::vector<int64_t>());
  std::fill(ones->f32().begin(), ones->f32().end(), 1.0f);
  Linear linear;
  linear.scale = ones;
  linear.zero = zero;
  linear.axis = axis;
  return linear;
}

// The largest sum of |numbers| over what is not on `axis`.
double LargestColumn(const QuantizedConstant& constant, int64_t axis) {
  const auto at = op::Axis(axis, constant.shape.size());
  if (!at || constant.numbers.empty()) return 0;
  size_t inner = 1;
  for (size_t d = *at + 1; d < constant.shape.size(); ++d) {
    inner *= static_cast<size_t>(constant.shape[d]);
  }
  std::vector<double> sums(static_cast<size_t>(constant.shape[*at]), 0.0);
  for (size_t i = 0; i < constant.numbers.size(); ++i) {
    sums[i / inner % sums.size()] += std::fabs(constant.numbers[i]);
  }
  return *std::max_element(sums.begin(), sums.end());
}

}  // namespace

float UnitOf(const Tensor& scale) {
  const auto scales = scale.f32();
  constexpr int kMost = 60;
  const int exponent = std::ilogb(*std::max_element(scales.begin(), scales.end()));
  return std::ldexp(1.0f, std::clamp(exponent, -kMost, kMost));
}

const IntegerValue* IntegerValues::Find(const std::string& name) const {
  const auto value = values_.find(name);
  return value == values_.end() ? nullptr : &value->second;
}

void IntegerValues::Take(const std::string& name) {
  if (values_.count(name)) return;
  for (ValueInfo& input : graph_.inputs) {
    if (input.name != name || !(BoundsOf(input.type) || input.type == DataType::kInt32)) continue;
    graph_.notes.push_back("graph input " + Quoted(name) + " of type " + NameOf(input.type) +
                           " takes its whole numbers as float32");
    values_[name] = {.name = name, .type = input.type};
    input.type = DataType::kFloat32;
  }
  const Tensor* constant = graph_.Constant(name);
  if (constant == nullptr || !BoundsOf(constant->type)) return;
  const std::string floats = graph_.FreshName(name + "_numbers");
  Tensor numbers = Tensor::Zeros(DataType::kFloat32, constant->shape);
  for (int64_t i = 0; i < numbers.size(); ++i) {
    numbers.f32()[static_cast<size_t>(i)] = static_cast<float>(IntegerAt(*constant, i));
  }
  values_[name] = {.name = floats, .type = constant->type};
  graph_.initializers[floats] = std::move(numbers);
}

StatusOr<IntegerOperand> IntegerValues::Operand(const Node& node, size_t x, const Tensor* scale,
                                                size_t zero, int64_t axis, NodeWriter* to) {
  const std::string& name = node.Input(x);
  const std::string& zero_name = node.Input(zero);
  if (!values_.count(name) && graph_.Constant(name) != nullptr) {
    return ConstantOperand(node, name, scale, zero, axis);
  }
  Take(name);
  const IntegerValue* value = Find(name);
  if (value == nullptr) {
    return Unsupported("whole numbers that no quantizer writes", "input " + Quoted(name),
                       "export the model as floats with QuantizeLinear and DequantizeLinear");
  }
  IntegerOperand operand{.name = value->name, .unit = value->unit};
  const bool same_computed = !zero_name.empty() && value->zero_name == zero_name;
  if (same_computed) {
    operand.most = MostOf(value->type, 0);
    return operand;
  }
  return Moved(*value, node, zero, axis, to);
}

StatusOr<IntegerOperand> IntegerValues::Moved(const IntegerValue& value, const Node& node,
                                              size_t zero, int64_t axis, NodeWriter* to) const {
  const std::string& zero_name = node.Input(zero);
  const Tensor* constant = zero_name.empty() ? nullptr : graph_.Constant(zero_name);
  if (!zero_name.empty() && constant == nullptr) {  // of other numbers, computed
    const IntegerValue* minus = Find(zero_name);
    if (minus == nullptr) {
      return Unsupported("a zero point that is computed", "zero point " + Quoted(zero_name),
                         "quantize with constant zero points");
    }
    const std::string difference = to->Add(op::kSub.name, {Raw(value, to), Raw(*minus, to)});
    return IntegerOperand{.name = difference, .most = MostOf(value.type, 0)};
  }
  if (constant != nullptr && !BoundsOf(constant->type) && constant->type != DataType::kInt32) {
    return BadInput(std::string("a zero point of type ") + NameOf(constant->type),
                    "zero point " + Quoted(zero_name), "quantize the model again");
  }
  Tensor ones;
  const Linear linear = Unscaled(constant, axis, &ones);
  const auto common = linear.CommonZero();
  IntegerOperand operand{.name = value.name, .unit = value.unit};
  operand.most = MostOf(value.type, linear.ZeroAt(0));
  if (!value.zero_name.empty()) {
    operand.name = Raw(value, to);
    operand.unit = 1;
  }
  const int64_t from = value.zero_name.empty() ? value.zero : 0;
  if (common) {
    if (*common != from) {
      const float shift = static_cast<float>(from - *common) * operand.unit;
      operand.name = to->Add(op::kAdd.name, {operand.name, to->Number("shift", shift)});
    }
    return operand;
  }
  DC_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, ChannelShape(shapes_, value.name, linear));
  std::vector<float> shifts;
  for (size_t i = 0; i < static_cast<size_t>(constant->size()); ++i) {
    shifts.push_back(static_cast<float>(from - linear.ZeroAt(i)) * operand.unit);
  }
  operand.name =
      to->Add(op::kAdd.name, {operand.name, to->Constant("shift", Tensor::F32(shape, shifts))});
  return operand;
}

StatusOr<IntegerOperand> IntegerValues::ConstantOperand(const Node& node, const std::string& name,
                                                        const Tensor* scale, size_t zero,
                                                        int64_t axis) {
  const Tensor& tensor = *graph_.Constant(name);
  const std::string& zero_name = node.Input(zero);
  const float unit = scale != nullptr ? UnitOf(*scale) : 1.0f;
  IntegerOperand& operand = operands_[{name, zero_name, axis, unit}];
  if (!operand.name.empty()) return operand;
  const std::string where = "input " + Quoted(name);
  if (!BoundsOf(tensor.type)) {
    return BadInput(std::string("numbers of type ") + NameOf(tensor.type), where,
                    "quantize the model again");
  }
  const Tensor* zeros = zero_name.empty() ? nullptr : graph_.Constant(zero_name);
  if (!zero_name.empty() && zeros == nullptr) {
    return Unsupported("a zero point that is computed", "zero point " + Quoted(zero_name),
                       "quantize with constant zero points");
  }
  if (zeros != nullptr && zeros->type != tensor.type) {
    return BadInput(std::string("a zero point of type ") + NameOf(zeros->type) +
                        " for numbers of type " + NameOf(tensor.type),
                    "zero point " + Quoted(zero_name), "quantize the model again");
  }
  Tensor ones;
  Linear linear = Unscaled(zeros, axis, &ones);
  linear.scale_name = zero_name;
  DC_ASSIGN_OR_RETURN(const std::vector<uint32_t> indices, ScaleIndices(linear, tensor.shape));
  QuantizedConstant constant;
  constant.shape = tensor.shape;
  constant.scales = {unit};
  for (size_t i = 0; i < indices.size(); ++i) {
    const int64_t number = IntegerAt(tensor, static_cast<int64_t>(i)) - linear.ZeroAt(indices[i]);
    constant.numbers.push_back(static_cast<float>(number));
    operand.most = std::max(operand.most, std::fabs(static_cast<double>(number)));
  }
  operand.column = LargestColumn(constant, axis);
  operand.unit = unit;
  operand.name = graph_.FreshName(name + "_numbers");
  graph_.initializers[operand.name] = Tensor::F32(constant.shape, constant.Values());
  constants_.Add(operand.name, std::move(constant));
  return operand;
}

std::string IntegerValues::Raw(const IntegerValue& value, NodeWriter* to) const {
  std::string name = value.name;
  if (value.unit != 1)
    name = to->Add(op::kMul.name, {name, to->Number("per_unit", 1 / value.unit)});
  if (!value.zero_name.empty()) {
    return to->Add(op::kAdd.name, {name, value.zero_name});
  }
  if (value.zero != 0) {
    name = to->Add(op::kAdd.name, {name, to->Number("zero", static_cast<float>(value.zero))});
  }
  return name;
}

}  // namespace dc
