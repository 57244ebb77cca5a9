// Relu, Clip, LeakyRelu, Elu, HardSwish, Sigmoid, Tanh and those of unary.inc: one value at a time.
#include <algorithm>
#include <cmath>
#include <iterator>
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

template <typename Function>
void Unary(const float* x, size_t count, float p, float q, float* y) {
  for (size_t i = 0; i < count; ++i) y[i] = Function::Value(x[i], p, q);
}

struct UnaryKernel {
  format::Op op;
  Activation* apply;
  float cost;
};
constexpr UnaryKernel kUnary[] = {
#define DC_UNARY(name, opset, traits, specs, cost) \
  {format::Op::k##name, Unary<op::unary::name>, cost},
#include "op/unary.inc"
};

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

}  // namespace

StatusOr<NodeResult> MakeActivation(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  NodeResult result;
  const size_t size = static_cast<size_t>(CheckedSize(context.output));
  const auto make = [&](Activation* apply, float p, float q, double cost) {
    result.kernel = std::make_unique<ActivationOp>(size, apply, p, q, cost, context.max_chunks);
  };
  const format::Attributes& attributes = context.attributes;
  switch (context.node.op) {
    case format::Op::kRelu:
      make(ClampAll, 0.0f, Epilogue().high, 0.5);
      break;
    case format::Op::kClip:
      make(ClampAll, attributes.Float("min"), attributes.Float("max"), 0.5);
      break;
    case format::Op::kLeakyRelu:
      make(LeakyRelu, attributes.Float("alpha"), 0.0f, 0.5);
      break;
    case format::Op::kElu:
      make(Elu, attributes.Float("alpha"), 0.0f, 20);
      break;
    case format::Op::kHardSwish:
      make(HardSwish, 0.0f, 0.0f, 1);
      break;
    case format::Op::kSigmoid:
      make(Sigmoid, 0.0f, 0.0f, 20);
      break;
    case format::Op::kTanh:
      make(Tanh, 0.0f, 0.0f, 20);
      break;
    default: {
      const auto* entry = std::find_if(std::begin(kUnary), std::end(kUnary), [&](const auto& each) {
        return each.op == context.node.op;
      });
      const auto settings = op::ReadUnarySettings(*op::FindOperator(entry->op), attributes);
      make(entry->apply, settings.p, settings.q, entry->cost);
      break;
    }
  }
  return result;
}

}  // namespace dc::runtime
