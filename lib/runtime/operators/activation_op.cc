// Relu, Clip, LeakyRelu, Elu, HardSwish, Sigmoid, Tanh, Cast and those of unary.inc: one value at a
// time.
#include <cmath>
#include <memory>

#include "op/unary_functions.h"
#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

// Applies a function with two settings, `p` and `q`, to `count` values.
using Activation = void(const float* x, size_t count, float p, float q, float* y);

void ClampAll(const float* x, size_t count, float lo, float hi, float* y) {
  const Epilogue limits{.low = lo, .high = hi};
  for (size_t i = 0; i < count; ++i) y[i] = limits.Limit(x[i]);
}

void LeakyRelu(const float* x, size_t count, float alpha, float, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = x[i] < 0 ? alpha * x[i] : x[i];
}

void Elu(const float* x, size_t count, float alpha, float, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = x[i] < 0 ? alpha * std::expm1(x[i]) : x[i];
}

void HardSwish(const float* x, size_t count, float, float, float* y) {
  const Epilogue share{.low = 0.0f, .high = 1.0f};
  for (size_t i = 0; i < count; ++i) y[i] = x[i] * share.Limit(x[i] * (1.0f / 6) + 0.5f);
}

void Sigmoid(const float* x, size_t count, float, float, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = 1.0f / (1.0f + std::exp(-x[i]));
}

void Tanh(const float* x, size_t count, float, float, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = std::tanh(x[i]);
}

void Truncate(const float* x, size_t count, float, float, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = std::trunc(x[i]);
}

void Truth(const float* x, size_t count, float, float, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = x[i] != 0 ? 1.0f : 0.0f;
}

template <typename Function>
void Unary(const float* x, size_t count, float p, float q, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = Function::Value(x[i], p, q);
}

class ActivationOp : public OperatorKernel {
 public:
  // `cost` is the price of one value in multiply-adds.
  ActivationOp(size_t size, Activation* apply, float p, float q, double cost, size_t max_chunks)
      : size_(size), apply_(apply), p_(p), q_(q), cost_(cost), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t count = size_ * context.lanes;
    ForChunks(context.pool, max_chunks_, count, static_cast<double>(count) * cost_,
              [&](size_t, size_t begin, size_t end) {
                apply_(context.inputs[0] + begin, end - begin, p_, q_, context.output + begin);
              });
  }

 private:
  size_t size_;
  Activation* apply_;
  float p_, q_;
  double cost_;
  size_t max_chunks_;
};

StatusOr<NodeResult> Make(const NodeContext& context, Activation* apply, double cost, float p = 0,
                          float q = 0) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  NodeResult result;
  const size_t size = static_cast<size_t>(CheckedSize(context.output));
  result.kernel = std::make_unique<ActivationOp>(size, apply, p, q, cost, context.max_chunks);
  return result;
}

}  // namespace

StatusOr<NodeResult> MakeRelu(const NodeContext& context) {
  return Make(context, ClampAll, 0.5, 0.0f, Epilogue().high);
}

StatusOr<NodeResult> MakeClip(const NodeContext& context) {
  const format::Attributes& attributes = context.attributes;
  return Make(context, ClampAll, 0.5, attributes.Float("min"), attributes.Float("max"));
}

StatusOr<NodeResult> MakeLeakyRelu(const NodeContext& context) {
  return Make(context, LeakyRelu, 0.5, context.attributes.Float("alpha"));
}

StatusOr<NodeResult> MakeElu(const NodeContext& context) {
  return Make(context, Elu, 20, context.attributes.Float("alpha"));
}

StatusOr<NodeResult> MakeHardSwish(const NodeContext& context) {
  return Make(context, HardSwish, 1);
}

StatusOr<NodeResult> MakeSigmoid(const NodeContext& context) { return Make(context, Sigmoid, 20); }

StatusOr<NodeResult> MakeTanh(const NodeContext& context) { return Make(context, Tanh, 20); }

// To an integer, towards zero, or to a truth value. Both are floats here.
StatusOr<NodeResult> MakeCast(const NodeContext& context) {
  constexpr int64_t kBool = 9;  // ONNX's number of the element type
  return Make(context, context.attributes.Int("to") == kBool ? Truth : Truncate, 1);
}

#define DC_UNARY(name, opset, traits, specs, cost)                                \
  StatusOr<NodeResult> Make##name(const NodeContext& context) {                   \
    const auto settings = op::ReadUnarySettings(op::k##name, context.attributes); \
    return Make(context, Unary<op::unary::name>, cost, settings.p, settings.q);   \
  }
#include "op/unary.inc"

}  // namespace dc::runtime
