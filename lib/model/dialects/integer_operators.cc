#include "model/dialects/integer_operators.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {

std::string IntegerContext::Times(const std::string& x, const std::vector<float>& factors,
                                  const std::vector<int64_t>& shape, NodeWriter* to) {
  if (std::all_of(factors.begin(), factors.end(), [](float f) { return f == 1; })) return x;
  return to->Add(op::kMul.name, {x, to->Constant("factor", Tensor::F32(shape, factors))});
}

StatusOr<std::string> IntegerContext::Dequantized(const Node& node, size_t x, size_t scale,
                                                  size_t zero, int64_t axis, NodeWriter* to) {
  const Tensor* constant = graph_.Constant(node.Input(scale));
  if (constant == nullptr) {  // of a dynamic quantizer
    DC_ASSIGN_OR_RETURN(const IntegerOperand operand,
                        values_.Operand(node, x, nullptr, zero, axis, to));
    const std::string whole = Times(operand.name, {1 / operand.unit}, {}, to);
    return to->Add(op::kMul.name, {whole, node.Input(scale)});
  }
  DC_ASSIGN_OR_RETURN(Linear linear, ReadLinear(graph_, node, scale, zero, std::nullopt));
  linear.axis = axis;
  DC_ASSIGN_OR_RETURN(const IntegerOperand operand,
                      values_.Operand(node, x, linear.scale, zero, axis, to));
  std::vector<float> factors;
  for (const float s : linear.scale->f32()) factors.push_back(s / operand.unit);
  std::vector<int64_t> shape;
  if (!linear.single()) {
    DC_ASSIGN_OR_RETURN(shape, ChannelShape(shapes_, node.Input(x), linear));
  }
  return Times(operand.name, factors, shape, to);
}

StatusOr<Linear> IntegerContext::OutputLinear(const Node& node, size_t scale, size_t zero,
                                              DataType* type) const {
  DC_ASSIGN_OR_RETURN(Linear linear, ReadLinear(graph_, node, scale, zero, std::nullopt));
  if (linear.zero != nullptr) *type = linear.zero->type;
  if (!linear.CommonZero()) {
    return Unsupported("zero points that differ between channels of a value",
                       "zero point " + Quoted(node.Input(zero)),
                       "quantize values with one zero point");
  }
  return linear;
}

Status IntegerContext::Finish(const Node& node, const std::string& x, const Linear& linear,
                              DataType type, NodeWriter* to) {
  const auto bounds = BoundsOf(type);
  if (!bounds) return Unsupported(std::string("numbers of type ") + NameOf(type));
  const int64_t zero = *linear.CommonZero();
  const float unit = UnitOf(*linear.scale);
  const std::string numbers = to->Add(op::kUniformQuantize.name, {x, to->Number("unit", unit)},
                                      {{"low", bounds->low - zero}, {"high", bounds->high - zero}});
  values_.Set(node.outputs[0], {.name = node.outputs[0], .type = type, .unit = unit, .zero = zero});
  return OkStatus();
}

Status IntegerContext::Quantize(const Node& node, const std::string& x, size_t scale, size_t zero,
                                int64_t axis, NodeWriter* to) {
  DataType type = DataType::kUint8;
  if (node.op == "QuantizeLinear") {
    DC_ASSIGN_OR_RETURN(type, QuantizedType(graph_, node));
  }
  DC_ASSIGN_OR_RETURN(Linear linear, OutputLinear(node, scale, zero, &type));
  linear.axis = axis;
  // x / scale, in units: a power of two takes nothing from the quotient.
  const float unit = UnitOf(*linear.scale);
  std::vector<float> divisors;
  for (const float s : linear.scale->f32()) divisors.push_back(s / unit);
  std::vector<int64_t> shape;
  if (!linear.single()) {
    DC_ASSIGN_OR_RETURN(shape, ChannelShape(shapes_, x, linear));
  }
  std::string places = x;
  if (std::any_of(divisors.begin(), divisors.end(), [](float d) { return d != 1; })) {
    places = to->Add(op::kDiv.name, {x, to->Constant("divisor", Tensor::F32(shape, divisors))});
  }
  return Finish(node, places, linear, type, to);
}

Status IntegerContext::Requantize(const Node& node, const IntegerOperand& sums,
                                  std::vector<float> factors, const std::vector<int64_t>& shape,
                                  size_t scale, size_t zero, NodeWriter* to) {
  DataType type = DataType::kUint8;
  DC_ASSIGN_OR_RETURN(const Linear linear, OutputLinear(node, scale, zero, &type));
  if (!linear.single()) {
    return Unsupported("an output with scales per channel", "scale " + Quoted(node.Input(scale)),
                       "quantize values with one scale");
  }
  const float unit = UnitOf(*linear.scale);
  for (float& factor : factors) factor = factor / linear.ScaleAt(0) * (unit / sums.unit);
  return Finish(node, Times(sums.name, factors, shape, to), linear, type, to);
}

void IntegerContext::NoteLargeSums(const Node& node, const IntegerOperand& a,
                                   const IntegerOperand& b) {
  constexpr double kMost = 0x1p24;
  const double largest = std::max(a.column * b.most, b.column * a.most);
  if (largest <= kMost) return;
  graph_.notes.push_back(Quoted(node) + ": sums may go beyond 2^24, where floats round them");
}

}  // namespace dc
