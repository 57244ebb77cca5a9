// Relu, Clip, LeakyRelu, Sigmoid, Tanh: one value at a time.
#include <cmath>
#include <memory>

#include "runtime/chunks.h"
#include "runtime/ops/registry.h"

namespace dc::runtime {
namespace {

// Applies `f` to every value. `cost` is the price of one call in multiply-adds.
template <typename F>
class ActivationOp : public Op {
 public:
  ActivationOp(size_t size, F f, double cost, size_t max_chunks)
      : size_(size), f_(f), cost_(cost), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t count = size_ * context.lanes;
    ForChunks(context.pool, max_chunks_, count, static_cast<double>(count) * cost_,
              [&](size_t, size_t begin, size_t end) {
                const float* x = context.inputs[0];
                float* y = context.output;
                for (size_t i = begin; i < end; ++i) y[i] = f_(x[i]);
              });
  }

 private:
  size_t size_;
  F f_;
  double cost_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeActivation(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  NodeResult result{.shape = context.inputs[0].shape};
  const size_t size = static_cast<size_t>(CheckedSize(result.shape));
  const auto make = [&](auto f, double cost) {
    result.op = std::make_unique<ActivationOp<decltype(f)>>(size, f, cost, context.max_chunks);
  };
  const format::Attributes& attributes = context.attributes;
  switch (context.node.op) {
    case format::Op::kRelu:
      make(Clamp{.lo = 0.0f}, 0.5);
      break;
    case format::Op::kClip:
      make(Clamp{attributes.Float("min"), attributes.Float("max")}, 0.5);
      break;
    case format::Op::kLeakyRelu:
      make([alpha = attributes.Float("alpha")](float v) { return v < 0 ? alpha * v : v; }, 0.5);
      break;
    case format::Op::kSigmoid:
      make([](float v) { return 1.0f / (1.0f + std::exp(-v)); }, 20);
      break;
    default:
      make([](float v) { return std::tanh(v); }, 20);
      break;
  }
  return result;
}

}  // namespace dc::runtime
