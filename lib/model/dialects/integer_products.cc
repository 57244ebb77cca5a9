// Products of integers: QLinearConv, QLinearMatMul, QGemm, ConvInteger, MatMulInteger, QLinearMul;
// and DynamicQuantizeLinear, which is there for them.
#include <map>
#include <numeric>
#include <string_view>
#include <utility>

#include "model/dialects/integer_operators.h"
#include "model/element_types.h"
#include "model/node_attributes.h"
#include "model/quoted.h"

namespace dc {
namespace {

// Products of scales, as engines compute them: in floats.
StatusOr<std::vector<float>> ProductScales(const Graph& graph, const Node& node, float first,
                                           size_t a_scale, size_t b_scale) {
  // Zero points need not be as many as scales.
  DC_ASSIGN_OR_RETURN(const Linear a,
                      ReadLinear(graph, node, a_scale, node.inputs.size(), std::nullopt));
  DC_ASSIGN_OR_RETURN(const Linear b,
                      ReadLinear(graph, node, b_scale, node.inputs.size(), std::nullopt));
  if (!a.single()) {
    return Unsupported("scales per row", "scale " + Quoted(a.scale_name),
                       "quantize values with one scale");
  }
  std::vector<float> factors;
  for (const float s : b.scale->f32()) factors.push_back(first * a.ScaleAt(0) * s);
  return factors;
}

Status CheckCount(size_t have, int64_t wanted, const std::string& what) {
  if (have == 1 || static_cast<int64_t>(have) == wanted) return OkStatus();
  return BadInput(std::to_string(have) + " scales for " + std::to_string(wanted) + " outputs", what,
                  "quantize the model again");
}

// The int32 bias at input `i`, in units of the sums; "" where there is none.
StatusOr<std::string> Bias(IntegerContext* context, const Node& node, size_t i, float unit,
                           NodeWriter* to) {
  if (node.Input(i).empty()) return std::string();
  const Tensor* bias = context->graph().Constant(node.Input(i));
  const std::string where = "input " + Quoted(node.Input(i));
  if (bias == nullptr) {
    return Unsupported("a bias that is computed", where, "export the model with constant biases");
  }
  if (bias->type != DataType::kInt32) {
    return BadInput(std::string("a bias of type ") + NameOf(bias->type), where,
                    "the bias of an integer operator is int32");
  }
  Tensor floats = Tensor::Zeros(DataType::kFloat32, bias->shape);
  for (int64_t k = 0; k < bias->size(); ++k) {
    floats.f32()[static_cast<size_t>(k)] = static_cast<float>(IntegerAt(*bias, k)) * unit;
  }
  return to->Constant("bias", std::move(floats));
}

const std::vector<std::string>& ConvAttributes() {
  static const std::vector<std::string> names = {"auto_pad",     "dilations", "group",
                                                 "kernel_shape", "pads",      "strides"};
  return names;
}

int64_t DimensionOf(IntegerContext* context, const std::string& value, size_t from_end) {
  const op::Shape* shape = context->shapes().Find(value);
  return shape != nullptr && shape->size() >= from_end ? (*shape)[shape->size() - from_end] : -1;
}

Status ReadQLinearConv(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, ConvAttributes()));
  DC_ASSIGN_OR_RETURN(const std::vector<float> factors,
                      ProductScales(context->graph(), node, 1, 1, 4));
  const Tensor* w_scale = context->graph().Constant(node.Input(4));
  DC_ASSIGN_OR_RETURN(
      const IntegerOperand x,
      context->values().Operand(node, 0, context->graph().Constant(node.Input(1)), 2, 1, to));
  DC_ASSIGN_OR_RETURN(const IntegerOperand w,
                      context->values().Operand(node, 3, w_scale, 5, 0, to));
  const op::Shape* shape = context->shapes().Find(node.Input(3));
  if (shape == nullptr || shape->size() < 3) {
    return BadInput("weights of no shape of a convolution", "input " + Quoted(node.Input(3)),
                    "export the model again");
  }
  DC_RETURN_IF_ERROR(CheckCount(factors.size(), (*shape)[0], "scale " + Quoted(node.Input(4))));
  std::vector<int64_t> channels;
  if (factors.size() > 1) {
    channels.assign(shape->size() - 1, 1);
    channels[0] = static_cast<int64_t>(factors.size());
  }
  std::vector<std::string> inputs = {x.name, w.name};
  DC_ASSIGN_OR_RETURN(const std::string bias, Bias(context, node, 8, x.unit * w.unit, to));
  if (!bias.empty()) inputs.push_back(bias);
  context->NoteLargeSums(node, x, w);
  const std::string sums = to->Add(op::kConv.name, inputs, node.attributes);
  return context->Requantize(node, {.name = sums, .unit = x.unit * w.unit}, factors, channels, 6, 7,
                             to);
}

Status ReadQLinearMatMul(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
  const Graph& graph = context->graph();
  DC_ASSIGN_OR_RETURN(const std::vector<float> factors, ProductScales(graph, node, 1, 1, 4));
  DC_ASSIGN_OR_RETURN(const IntegerOperand a,
                      context->values().Operand(node, 0, graph.Constant(node.Input(1)), 2, -2, to));
  DC_ASSIGN_OR_RETURN(const IntegerOperand b,
                      context->values().Operand(node, 3, graph.Constant(node.Input(4)), 5, -1, to));
  if (factors.size() > 1) {
    DC_RETURN_IF_ERROR(CheckCount(factors.size(), DimensionOf(context, node.Input(3), 1),
                                  "scale " + Quoted(node.Input(4))));
  }
  context->NoteLargeSums(node, a, b);
  const std::string sums = to->Add(op::kMatMul.name, {a.name, b.name});
  std::vector<int64_t> columns;
  if (factors.size() > 1) columns = {static_cast<int64_t>(factors.size())};
  return context->Requantize(node, {.name = sums, .unit = a.unit * b.unit}, factors, columns, 6, 7,
                             to);
}

// Without an output scale its output is real numbers.
Status ReadQGemm(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {"alpha", "transA", "transB"}));
  const Graph& graph = context->graph();
  DC_ASSIGN_OR_RETURN(std::vector<float> factors,
                      ProductScales(graph, node, node.Float("alpha", 1), 1, 4));
  const int64_t column = node.Int("transB", 0) != 0 ? 0 : 1;
  DC_ASSIGN_OR_RETURN(const IntegerOperand a,
                      context->values().Operand(node, 0, graph.Constant(node.Input(1)), 2, 0, to));
  DC_ASSIGN_OR_RETURN(
      const IntegerOperand b,
      context->values().Operand(node, 3, graph.Constant(node.Input(4)), 5, column, to));
  if (factors.size() > 1) {
    DC_RETURN_IF_ERROR(CheckCount(
        factors.size(), DimensionOf(context, node.Input(3), static_cast<size_t>(2 - column)),
        "scale " + Quoted(node.Input(4))));
  }
  std::vector<std::string> inputs = {a.name, b.name};
  const float unit = a.unit * b.unit;
  DC_ASSIGN_OR_RETURN(const std::string bias, Bias(context, node, 6, unit, to));
  if (!bias.empty()) inputs.push_back(bias);
  context->NoteLargeSums(node, a, b);
  auto attributes = node.attributes;
  attributes.erase("alpha");  // of the real numbers: in the factors
  const std::string sums = to->Add(op::kGemm.name, inputs, attributes);
  std::vector<int64_t> columns;
  if (factors.size() > 1) columns = {static_cast<int64_t>(factors.size())};
  if (!node.Input(7).empty()) {
    return context->Requantize(node, {.name = sums, .unit = unit}, factors, columns, 7, 8, to);
  }
  for (float& factor : factors) factor /= unit;
  IntegerContext::Times(sums, factors, columns, to);
  return OkStatus();
}

// Sums of products of whole numbers, as int32.
Status FinishProduct(const Node& node, IntegerContext* context, const IntegerOperand& a,
                     const IntegerOperand& b) {
  context->NoteLargeSums(node, a, b);
  context->values().Set(node.outputs[0], {.name = node.outputs[0], .unit = a.unit * b.unit});
  return OkStatus();
}

Status ReadConvInteger(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, ConvAttributes()));
  DC_ASSIGN_OR_RETURN(const IntegerOperand x,
                      context->values().Operand(node, 0, nullptr, 2, 1, to));
  DC_ASSIGN_OR_RETURN(const IntegerOperand w,
                      context->values().Operand(node, 1, nullptr, 3, 0, to));
  to->Add(op::kConv.name, {x.name, w.name}, node.attributes);
  return FinishProduct(node, context, x, w);
}

Status ReadMatMulInteger(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
  DC_ASSIGN_OR_RETURN(const IntegerOperand a,
                      context->values().Operand(node, 0, nullptr, 2, -2, to));
  DC_ASSIGN_OR_RETURN(const IntegerOperand b,
                      context->values().Operand(node, 1, nullptr, 3, -1, to));
  to->Add(op::kMatMul.name, {a.name, b.name});
  return FinishProduct(node, context, a, b);
}

Status ReadQLinearMul(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
  const Graph& graph = context->graph();
  DC_ASSIGN_OR_RETURN(const std::vector<float> factors, ProductScales(graph, node, 1, 1, 4));
  DC_ASSIGN_OR_RETURN(const IntegerOperand a,
                      context->values().Operand(node, 0, graph.Constant(node.Input(1)), 2, 0, to));
  DC_ASSIGN_OR_RETURN(const IntegerOperand b,
                      context->values().Operand(node, 3, graph.Constant(node.Input(4)), 5, 0, to));
  const std::string product = to->Add(op::kMul.name, {a.name, b.name});
  return context->Requantize(node, {.name = product, .unit = a.unit * b.unit}, factors, {}, 6, 7,
                             to);
}

// The least or largest element of `x`, all of it. Where there is one sample alone, of each sample:
// so samples stay apart when there are more.
std::string Reduced(std::string_view op, const std::string& x, IntegerContext* context,
                    NodeWriter* to) {
  constexpr int64_t kAxesAsInput = 18;
  const op::Shape* shape = context->shapes().Find(x);
  const bool of_samples =
      context->shapes().declared_batch() == 1 && shape != nullptr && shape->size() > 1;
  if (!of_samples) return to->Add(op, {x}, {{"keepdims", int64_t{0}}});
  std::vector<int64_t> axes(shape->size() - 1);
  std::iota(axes.begin(), axes.end(), 1);
  if (context->graph().opset < kAxesAsInput) return to->Add(op, {x}, {{"axes", axes}});
  return to->Add(op, {x, to->List("axes", axes)});
}

// The scale is that of the values that are there: their range, 0 in it, in 255 steps.
Status ReadDynamicQuantizeLinear(const Node& node, IntegerContext* context, NodeWriter* to) {
  DC_RETURN_IF_ERROR(CheckAttributes(node, {}));
  constexpr float kMost = 255;
  const std::string& x = node.Input(0);
  const std::string zero = to->Number("zero", 0), most = to->Number("most", kMost);
  const std::string least = Reduced(op::kReduceMin.name, x, context, to);
  const std::string low = to->Add(op::kMin.name, {least, zero});
  const std::string largest = Reduced(op::kReduceMax.name, x, context, to);
  const std::string high = to->Add(op::kMax.name, {largest, zero});
  const std::string step = to->Add(op::kDiv.name, {to->Add(op::kSub.name, {high, low}), most});
  // Zeros alone have a scale of 1.
  const std::string none = to->Add(op::kEqual.name, {step, zero});
  std::string scale = to->Add(op::kWhere.name, {none, to->Number("one", 1), step});
  if (node.outputs.size() > 1 && !node.outputs[1].empty()) {
    to->last().outputs = {node.outputs[1]};
    scale = node.outputs[1];
  }
  const std::string place = to->Add(op::kDiv.name, {to->Add(op::kNeg.name, {low}), scale});
  std::string zero_point = to->Add(op::kRound.name, {to->Add(op::kClip.name, {place, zero, most})});
  if (node.outputs.size() > 2 && !node.outputs[2].empty()) {
    to->last().outputs = {node.outputs[2]};
    zero_point = node.outputs[2];
    context->values().Set(zero_point, {.name = zero_point, .type = DataType::kUint8});
  }
  const std::string whole = to->Add(op::kRound.name, {to->Add(op::kDiv.name, {x, scale})});
  const std::string shifted = to->Add(op::kAdd.name, {whole, zero_point});
  to->Add(op::kSub.name, {to->Add(op::kClip.name, {shifted, zero, most}), zero_point});
  context->values().Set(
      node.outputs[0],
      {.name = node.outputs[0], .type = DataType::kUint8, .zero_name = zero_point});
  return OkStatus();
}

}  // namespace

IntegerOperatorReader* FindIntegerProduct(const Node& node) {
  static const std::map<std::string_view, IntegerOperatorReader*> own = {
      {"QLinearConv", ReadQLinearConv},
      {"QLinearMatMul", ReadQLinearMatMul},
      {"ConvInteger", ReadConvInteger},
      {"MatMulInteger", ReadMatMulInteger},
      {"DynamicQuantizeLinear", ReadDynamicQuantizeLinear},
  };
  static const std::map<std::string_view, IntegerOperatorReader*> microsoft = {
      {"QLinearConv", ReadQLinearConv},
      {"QGemm", ReadQGemm},
      {"QLinearMul", ReadQLinearMul},
  };
  const auto& readers = node.domain.empty() ? own : microsoft;
  if (!node.domain.empty() && node.domain != "com.microsoft") return nullptr;
  const auto reader = readers.find(node.op);
  return reader == readers.end() ? nullptr : reader->second;
}

}  // namespace dc
