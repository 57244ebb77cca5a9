// Softmax along one axis, shifted by the largest value so that no exponential overflows.
#include <algorithm>
#include <cmath>
#include <memory>

#include "runtime/kernels/chunks.h"
#include "runtime/operators/registry.h"

namespace dc::runtime {
namespace {

class SoftmaxOp : public OperatorKernel {
 public:
  // Values are outer x axis x inner.
  SoftmaxOp(size_t outer, size_t axis, size_t inner, size_t max_chunks)
      : outer_(outer), axis_(axis), inner_(inner), max_chunks_(max_chunks) {}

  void Run(const RunContext& context) const override {
    const size_t stride = inner_ * context.lanes;
    const size_t rows = outer_ * stride;
    constexpr double kExpCost = 20;  // multiply-adds
    ForChunks(context.pool, max_chunks_, rows, static_cast<double>(rows * axis_) * kExpCost,
              [&](size_t, size_t begin, size_t end) {
                for (size_t row = begin; row < end; ++row) {
                  const size_t at = row / stride * stride * axis_ + row % stride;
                  Row(context.inputs[0] + at, stride, context.output + at);
                }
              });
  }

 private:
  void Row(const float* x, size_t stride, float* y) const {
    float largest = x[0];
    for (size_t i = 1; i < axis_; ++i) largest = std::max(largest, x[i * stride]);
    float sum = 0;
    for (size_t i = 0; i < axis_; ++i) {
      y[i * stride] = std::exp(x[i * stride] - largest);
      sum += y[i * stride];
    }
    const float scale = 1.0f / sum;
    for (size_t i = 0; i < axis_; ++i) y[i * stride] *= scale;
  }

  size_t outer_, axis_, inner_;
  size_t max_chunks_;
};

}  // namespace

StatusOr<NodeResult> MakeSoftmax(const NodeContext& context) {
  if (!context.IsActivation(0)) {
    return Unsupported("the operator's input is a constant", "", "fold it into the model first");
  }
  const Shape& shape = context.output;
  const size_t axis = *op::Axis(context.attributes.Int("axis"), shape.size());
  NodeResult result;
  result.kernel = std::make_unique<SoftmaxOp>(
      static_cast<size_t>(CheckedSize(shape, 0, axis)), static_cast<size_t>(shape[axis]),
      static_cast<size_t>(CheckedSize(shape, axis + 1, shape.size())), context.max_chunks);
  return result;
}

}  // namespace dc::runtime
