// LRN: y = x / (bias + alpha / size * sum of x^2 over `size` neighbouring channels)^beta.
#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/chunks.h"
#include "runtime/ops/registry.h"

namespace dc::runtime {
namespace {

class LrnOp : public Op {
 public:
  LrnOp(size_t channels, size_t plane, size_t size, float alpha, float beta, float bias,
        size_t max_chunks)
      : channels_(channels),
        plane_(plane),
        before_((size - 1) / 2),
        after_(size - 1 - before_),
        factor_(alpha / static_cast<float>(size)),
        beta_(beta),
        bias_(bias),
        max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t plane = plane_ * context.lanes;
    constexpr double kPowCost = 20;  // multiply-adds
    const double work = static_cast<double>(channels_ * plane) * kPowCost;
    ForChunks(context.pool, max_chunks_, channels_, work, [&](size_t, size_t begin, size_t end) {
      for (size_t c = begin; c < end; ++c) {
        Channel(c, plane, context.inputs[0], context.output + c * plane);
      }
    });
  }

 private:
  void Channel(size_t c, size_t plane, const float* x, float* y) const {
    const size_t first = c - std::min(c, before_);
    const size_t last = std::min(channels_ - 1, c + std::min(after_, channels_));
    for (size_t i = 0; i < plane; ++i) y[i] = 0;
    for (size_t n = first; n <= last; ++n) {
      const float* neighbour = x + n * plane;
      for (size_t i = 0; i < plane; ++i) y[i] += neighbour[i] * neighbour[i];
    }
    const float* own = x + c * plane;
    if (beta_ == 0.75f) {
      // The usual exponent: s^0.75 is two square roots and a product.
      for (size_t i = 0; i < plane; ++i) {
        const float root = std::sqrt(bias_ + factor_ * y[i]);
        y[i] = own[i] / (root * std::sqrt(root));
      }
    } else {
      for (size_t i = 0; i < plane; ++i) y[i] = own[i] * std::pow(bias_ + factor_ * y[i], -beta_);
    }
  }

  size_t channels_, plane_;
  size_t before_, after_;  // neighbours on either side
  float factor_, beta_, bias_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeLrn(const NodeContext& context) {
  if (!context.IsActivation(0) || context.inputs[0].shape.empty()) {
    return Unsupported("the input is not an activation with channels", "",
                       "LRN needs at least NxC");
  }
  const int64_t size = context.attributes.Int("size");
  if (size < 1 || size > kMaxMatrixSide) {
    return BadInput("LRN over " + std::to_string(size) + " channels", "",
                    "the file contradicts itself; encode the model again");
  }
  const Shape& shape = context.inputs[0].shape;
  NodeResult result{.shape = shape};
  result.op = std::make_unique<LrnOp>(
      static_cast<size_t>(shape[0]), static_cast<size_t>(CheckedSize(shape, 1, shape.size())),
      static_cast<size_t>(size), context.attributes.Float("alpha"),
      context.attributes.Float("beta"), context.attributes.Float("bias"), context.max_chunks);
  return result;
}

}  // namespace dc::runtime
