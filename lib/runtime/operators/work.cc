#include "runtime/operators/work.h"

#include <algorithm>

namespace dc::runtime {
namespace {

using format::Op;

// Of a value that is moved, or goes through a function; of a power, in the norm of a window.
constexpr double kOfValue = 8, kOfPower = 16;
// Of a place on an axis that is resized: its entries in a table that the plan keeps.
constexpr double kOfPlace = 256;

double Size(const Shape& shape, size_t from = 0) {
  return static_cast<double>(CheckedSize(shape, from, shape.size()));
}

// Multiply-adds, for `out` values of output.
double Products(const NodeContext& context, double out) {
  const Shape& x = context.inputs[0].shape;
  const auto weight = [&](size_t from) { return Size(context.inputs[1].shape, from); };
  switch (context.node.op) {
    case Op::kConv:
      return out * weight(1);
    case Op::kConvTranspose:
      return Size(x) * weight(1);
    case Op::kGemm:
      if (context.attributes.Int("transA") != 0) return out * static_cast<double>(x[0]);
      [[fallthrough]];
    case Op::kMatMul:
      return x.empty() ? out : out * static_cast<double>(x.back());
    case Op::kRnn:
    case Op::kGru:
    case Op::kLstm:
      // Both weights meet every step of every sample.
      return (weight(0) + Size(context.inputs[2].shape)) * Size(x) / static_cast<double>(x.back());
    case Op::kLpPool:
      out *= kOfPower;
      [[fallthrough]];
    case Op::kMaxPool:
    case Op::kAveragePool:
      for (int64_t extent : context.attributes.Ints("kernel_shape")) {
        out *= static_cast<double>(extent);
      }
      return out;
    case Op::kGlobalLpPool:
      return Size(x) * kOfPower;
    case Op::kResize:
      out = 0;
      for (int64_t extent : context.output) out += kOfPlace * static_cast<double>(extent);
      return out;
    case Op::kLrn:
      return out * static_cast<double>(std::min(context.attributes.Int("size"), x[1]));
    default:
      return 0;
  }
}

}  // namespace

double WorkOf(const NodeContext& context) {
  const double out = Size(context.output);
  double values = out;
  for (const NodeInput& input : context.inputs) {
    if (input.kind == NodeInput::kActivation) values += Size(input.shape);
  }
  return Products(context, out) + kOfValue * values;
}

}  // namespace dc::runtime
